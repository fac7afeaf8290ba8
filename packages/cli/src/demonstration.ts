import { setTimeout as delay } from 'node:timers/promises';
import type { Trace, TraceReader } from '@sms-gateway/queue';
import { z } from 'zod';
import { callGateway, type GatewayAuthentication, signToken } from './play-auth0.ts';

/** From a range that is kept free for fiction. */
export const DEMONSTRATION_RECIPIENT = '+14155550123';

export type Demonstration =
  | { kind: 'concluded'; trace: Trace; requestMs: number }
  /** Accepted, but without an outcome within the time given. */
  | { kind: 'under_way'; requestMs: number }
  | { kind: 'refused'; answer: string };

const acceptedSchema = z.object({ id: z.string() });

type Options = {
  url: string;
  authentication: GatewayAuthentication;
  code: string;
  traces: TraceReader;
  now: () => number;
  timeoutMs: number;
};

/** Sends one code through the real endpoint and follows it to its outcome. */
export async function demonstrate(options: Options): Promise<Demonstration> {
  const { url, authentication, code, traces, now, timeoutMs } = options;
  const token = await signToken(authentication, now());
  const text = `Your verification code is: ${code}`;
  const answer = await callGateway({ url, token, recipient: DEMONSTRATION_RECIPIENT, text });
  if (answer.kind !== 'answered') return { kind: 'refused', answer: answer.kind };
  if (answer.status !== 200) return { kind: 'refused', answer: `${answer.status} ${answer.body}` };

  const requestMs = Math.round(answer.durationMs);
  const { id } = acceptedSchema.parse(JSON.parse(answer.body));
  for (const deadline = now() + timeoutMs; now() < deadline; await delay(10)) {
    const trace = await traces.read(id);
    if (trace?.outcome !== undefined) return { kind: 'concluded', trace, requestMs };
  }
  return { kind: 'under_way', requestMs };
}

/** Its way with times, a line a step. */
export function demonstrationLines(demonstration: Demonstration): string[] {
  switch (demonstration.kind) {
    case 'refused':
      return [`The gateway did not take it: ${demonstration.answer}`];
    case 'under_way':
      return [`accepted after ${demonstration.requestMs} ms, and not concluded yet: see the worker's log`];
    case 'concluded':
      return steps(demonstration.trace, demonstration.requestMs);
  }
}

function steps(trace: Trace, requestMs: number): string[] {
  const line = (at: number, step: string, detail: string) =>
    `${`+${at - trace.acceptedAt} ms`.padStart(9)}  ${step.padEnd(10)} ${detail}`.trimEnd();
  return [
    line(trace.acceptedAt, 'accepted', `HTTP 200 in ${requestMs} ms, on disk and encrypted`),
    ...trace.attempts.map(({ provider, begunAt, result, concludedAt }, index) =>
      line(
        begunAt,
        `attempt ${index + 1}`,
        concludedAt === undefined ? provider : `${provider}: ${result} in ${concludedAt - begunAt} ms`,
      ),
    ),
    ...(trace.outcomeAt === undefined
      ? []
      : [line(trace.outcomeAt, trace.outcome ?? '', trace.outcome === 'sent' ? '' : (trace.reason ?? ''))]),
  ];
}
