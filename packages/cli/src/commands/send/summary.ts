import type { Followed } from './follow.ts';
import type { Result } from './result.ts';

/** Counts by name, in the order of first occurrence. */
type Counts = Record<string, number>;

export type Summary = {
  /** Messages asked for; more than were answered if the run was stopped. */
  count: number;
  durationMs: number;
  /** By HTTP status, or `timed_out`, `unreachable`, `no_answer`. */
  answers: Counts;
  /** How the Action ended, if it made the calls. */
  actionEnds: Counts | undefined;
  /** Messages answered 200, by outcome, or `no_outcome`, or `not_followed`. */
  outcomes: Counts;
  /** Of messages with the outcome `sent`. */
  acceptToSentMs: { min: number; median: number; max: number } | undefined;
};

export function summarise(
  results: readonly Result[],
  { count, durationMs }: { count: number; durationMs: number },
): Summary {
  const ends = results.flatMap(({ call }) => call.action?.end.kind ?? []);
  return {
    count,
    durationMs: Math.round(durationMs),
    answers: tally(results.map(answerName)),
    actionEnds: ends.length > 0 ? tally(ends) : undefined,
    outcomes: tally(results.flatMap(({ followed }) => (followed ? [outcomeName(followed)] : []))),
    acceptToSentMs: spread(results.flatMap(acceptToSentMs)),
  };
}

export function summaryLines({
  count,
  durationMs,
  answers,
  actionEnds,
  outcomes,
  acceptToSentMs: times,
}: Summary): string[] {
  const answered = Object.values(answers).reduce((sum, number) => sum + number, 0);
  return [
    `${answered === count ? count : `${answered} of ${count}`} messages in ${(durationMs / 1000).toFixed(1)} s`,
    `Answers:         ${list(answers) || 'none'}`,
    ...(actionEnds ? [`The Action:      ${list(actionEnds)}`] : []),
    ...(Object.keys(outcomes).length > 0 ? [`Outcomes:        ${list(outcomes)}`] : []),
    ...(times
      ? [`Accept to sent:  min ${times.min} ms, median ${times.median} ms, max ${times.max} ms`]
      : []),
    ...(outcomes['superseded']
      ? ['Superseded: a newer code to the same number replaced it. Give several NUMBERs to see more arrive.']
      : []),
    ...(outcomes['no_outcome'] ? ['Some messages have no outcome. Is a worker running?'] : []),
  ];
}

function answerName({ call: { answer } }: Result): string {
  if (answer === undefined) return 'no_answer';
  return answer.kind === 'answered' ? String(answer.status) : answer.kind;
}

function outcomeName(followed: Followed): string {
  switch (followed.kind) {
    case 'concluded':
      return followed.outcome;
    case 'no_outcome':
    case 'stopped':
      return 'no_outcome';
    case 'not_followed':
      return 'not_followed';
  }
}

function acceptToSentMs({ followed }: Result): number[] {
  if (followed?.kind !== 'concluded' || followed.outcome !== 'sent') return [];
  const { outcomeAt, acceptedAt } = followed.trace;
  return outcomeAt === undefined ? [] : [outcomeAt - acceptedAt];
}

function tally(names: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function spread(numbers: readonly number[]): Summary['acceptToSentMs'] {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return undefined;
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return { min, median: Math.round(middle.reduce((sum, ms) => sum + ms, 0) / middle.length), max };
}

function list(counts: Counts): string {
  const parts = Object.entries(counts).map(([name, number]) => `${name.replaceAll('_', ' ')} × ${number}`);
  return parts.join(', ');
}
