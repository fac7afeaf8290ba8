import { isUnattributed, type WhyAnswer, type WhyAttempt, type WhyMessage } from '@sms-gateway/reporting';
import type { Paint } from './command.ts';

/**
 * The answer for people: each message with its steps, then the verdict and what to do. `problem` says what is wrong with
 * the number that was asked for.
 */
export function whyReport({ number, messages }: WhyAnswer, paint: Paint, problem?: string): string {
  const whose = number === null ? '' : ` for ${number}`;
  const head = problem === undefined ? [] : [problem, ''];
  if (messages.length === 0) {
    return [
      ...head,
      `Nothing came${whose} within the last 72 hours, or within --since.`,
      '→ Ask the user when it happened, and whether the application showed an error: the request may not have reached the',
      '  gateway, or had another number. npm run gateway -- doctor checks the path from Auth0 to here.',
      '',
    ].join('\n');
  }
  const shown = (some: WhyMessage[]) => some.flatMap((message) => [...messageLines(message, paint), '']);
  const own = messages.filter((message) => !isUnattributed(message));
  const others = messages.filter(isUnattributed);
  return [
    ...head,
    `${countOf(own)}${whose}`,
    '',
    ...shown(own),
    ...(others.length === 0 ? [] : ['Refused before the number was read, so perhaps for this one:', '']),
    ...shown(others),
  ].join('\n');
}

function countOf({ length }: WhyMessage[]): string {
  if (length === 0) return 'No message';
  return length === 1 ? 'One message' : `${length} messages, the newest first`;
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
  const end = result === null ? 'begun, but never concluded' : result.replaceAll('_', ' ');
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
