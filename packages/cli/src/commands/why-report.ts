import type { WhyAnswer, WhyAttempt, WhyMessage } from '@sms-gateway/reporting';
import type { Paint } from './command.ts';

/** The answer for people: each message with its steps, then what became of it and what to do. */
export function whyReport({ number, messages }: WhyAnswer, paint: Paint): string {
  const whose = number === null ? '' : ` for ${number}`;
  if (messages.length === 0) {
    return [
      `Nothing came${whose} within the last 72 hours, or within --since.`,
      '→ Ask for the time, and whether the application shows an error: the request may not have reached the gateway, or not',
      '  with this number. npm run gateway -- doctor looks at the way from Auth0 to here.',
      '',
    ].join('\n');
  }
  const count = messages.length === 1 ? 'One message' : `${messages.length} messages, the newest first`;
  return [
    `${count}${whose}`,
    '',
    ...messages.flatMap((message) => [...messageLines(message, paint), '']),
  ].join('\n');
}

function messageLines(message: WhyMessage, paint: Paint): string[] {
  const { id, connection, acceptedAt, answered, attempts, outcome, outcomeAt, verdict, advice } = message;
  const isWell = outcome === 'sent' && verdict.startsWith('Delivered');
  const head = [shown(acceptedAt), connection === null ? '' : `connection ${connection}`, id ?? ''];
  const told = [
    String(answered.status),
    (answered.problem ?? '').replaceAll('_', ' '),
    (answered.rules ?? []).join(', '),
  ];
  return [
    paint('bold', head.filter(Boolean).join('  ')),
    step('answered', told.filter(Boolean).join(', ')),
    ...attempts.flatMap(attemptLines),
    ...(outcome === null ? [] : [step('outcome', `${outcome}, ${since(acceptedAt, outcomeAt)}`)]),
    `  ${paint(isWell ? 'green' : 'yellow', verdict)}`,
    `  → ${advice}`,
  ];
}

function attemptLines({
  number,
  provider,
  result,
  reason,
  begunAt,
  concludedAt,
  receipt,
}: WhyAttempt): string[] {
  const end = result === null ? 'begun, and never concluded' : result.replaceAll('_', ' ');
  const parts = [
    `${provider}: ${end}`,
    reason ?? '',
    concludedAt === null ? '' : since(begunAt, concludedAt),
  ];
  return [
    step(`attempt ${number}`, parts.filter(Boolean).join(', ')),
    ...(receipt === null
      ? []
      : [
          step(
            'receipt',
            [`${provider}: ${receipt.status}`, receipt.reason ?? '', since(begunAt, receipt.at)]
              .filter(Boolean)
              .join(', '),
          ),
        ]),
  ];
}

const step = (name: string, text: string) => `  ${name.padEnd(11)}${text}`;
const shown = (iso: string) => iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');

function since(from: string, to: string | null): string {
  const ms = Date.parse(to ?? from) - Date.parse(from);
  return ms < 10_000 ? `after ${ms} ms` : `after ${Math.round(ms / 1000)} s`;
}
