import type { Trace, TraceAttempt } from '@sms-gateway/delivery';

type Step = { at: number; name: string; detail: string };

/** The steps of a message with times, one per line. `acceptance` describes its request. */
export function wayLines(trace: Trace, acceptance: string): string[] {
  const steps: Step[] = [
    ...(trace.requestedAt === undefined ? [] : [{ at: trace.requestedAt, name: 'requested', detail: '' }]),
    { at: trace.acceptedAt, name: 'accepted', detail: acceptance },
    ...trace.attempts.flatMap((attempt, index) => attemptSteps(attempt, index + 1)),
  ];
  if (trace.outcome !== undefined && trace.outcomeAt !== undefined) {
    const detail = trace.outcome === 'sent' && trace.reason === 'accepted' ? '' : (trace.reason ?? '');
    steps.push({ at: trace.outcomeAt, name: trace.outcome, detail });
  }
  return steps
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, name, detail }) =>
      `${`${at < trace.acceptedAt ? '' : '+'}${at - trace.acceptedAt} ms`.padStart(9)}  ${name.padEnd(10)} ${detail}`.trimEnd(),
    );
}

function attemptSteps(attempt: TraceAttempt, number: number): Step[] {
  const { provider, begunAt, concludedAt, receipt } = attempt;
  const result =
    concludedAt === undefined ? 'begun, no result' : `${resultOf(attempt)} in ${concludedAt - begunAt} ms`;
  return [
    { at: begunAt, name: `attempt ${number}`, detail: `${provider}: ${result}` },
    ...(receipt === undefined
      ? []
      : [
          {
            at: receipt.at,
            name: 'receipt',
            detail: `${provider}: ${withCode(receipt.status, receipt.code)}`,
          },
        ]),
  ];
}

/** The steps of a message in one line, such as `twilio transient → vonage accepted → sent, 812 ms`. */
export function compactWay({ attempts, outcome, outcomeAt, acceptedAt, reason }: Trace): string {
  const steps = attempts.map((attempt) => {
    const { provider, receipt } = attempt;
    return `${provider} ${[resultOf(attempt), receipt?.status].filter(Boolean).join(', ')}`;
  });
  if (outcome === undefined || outcomeAt === undefined) return [...steps, 'no outcome'].join(' → ');
  const end = outcome === 'sent' ? outcome : withCode(outcome, reason);
  return `${[...steps, end].join(' → ')}, ${outcomeAt - acceptedAt} ms`;
}

function resultOf({ result, code }: TraceAttempt): string {
  return result === undefined ? 'begun' : withCode(result, code);
}

function withCode(word: string, code: string | undefined): string {
  return code === undefined ? word : `${word} (${code})`;
}
