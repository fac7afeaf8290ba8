import { setTimeout as delay } from 'node:timers/promises';
import { acceptedId, type Call, type Caller } from './caller.ts';
import type { Followed } from './follow.ts';
import type { Message } from './messages.ts';
import type { Result } from './result.ts';

type Options = {
  messages: readonly Message[];
  /** Undefined: each is sent after the answer to the previous one. */
  ratePerSecond: number | undefined;
  call: Caller;
  /** Settles soon after `signal` is aborted. */
  follow: (id: string) => Promise<Followed>;
  onAnswered: (call: Call) => void;
  onResult: (result: Result) => void;
  /** Called `waitingAfterMs` after the last answer, with the number of messages without an outcome. */
  onWaiting: (count: number) => void;
  waitingAfterMs?: number;
  /** Milliseconds; only differences matter. */
  now?: () => number;
  pause?: (ms: number) => Promise<unknown>;
  signal: AbortSignal;
};

/**
 * Sends messages and follows each to its outcome. Resolves with their results, in the order in which they were sent.
 * Leaves out those that have no answer when `signal` is aborted.
 */
export async function sendMessages(options: Options): Promise<Result[]> {
  const { messages, ratePerSecond, call, follow, onAnswered, onResult, signal } = options;
  const { onWaiting, waitingAfterMs = 3000, now = () => performance.now(), pause = delay } = options;
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const startedAt = now();
  const answers: Promise<unknown>[] = [];
  const results: Promise<Result | undefined>[] = [];
  let withoutOutcome = 0;

  async function settle(
    { recipient }: Message,
    number: number,
    answered: Promise<Call | undefined>,
  ): Promise<Result | undefined> {
    const made = await answered;
    if (made === undefined) return undefined;
    onAnswered(made);
    const result = { number, recipient, call: made, followed: await followedOf(made) };
    onResult(result);
    return result;
  }

  async function followedOf(made: Call): Promise<Followed | undefined> {
    if (made.answer?.kind !== 'answered' || made.answer.status !== 200) return undefined;
    const id = acceptedId(made);
    if (id === undefined) return { kind: 'not_followed', why: { kind: 'no_id' } };
    withoutOutcome += 1;
    const followed = await follow(id);
    withoutOutcome -= 1;
    return followed;
  }

  for (const [index, message] of messages.entries()) {
    if (ratePerSecond !== undefined) {
      const dueInMs = startedAt + (index * 1000) / ratePerSecond - now();
      if (dueInMs > 0) await Promise.race([pause(dueInMs), stopped]);
    }
    if (signal.aborted) break;
    const answered = Promise.race([call(message), stopped]);
    answers.push(answered);
    results.push(settle(message, index + 1, answered));
    if (ratePerSecond === undefined) await answered;
  }
  await Promise.all(answers);
  const timer = setTimeout(() => onWaiting(withoutOutcome), waitingAfterMs);
  const settled = await Promise.all(results);
  clearTimeout(timer);
  return settled.filter((result) => result !== undefined);
}
