import { maskPhoneNumber, parsePhoneNumber } from '@sms-gateway/contract';
import type { Trace } from '@sms-gateway/delivery';
import { type Call, isTaken } from './caller.ts';
import type { Followed, NotFollowed } from './follow.ts';

/** What became of one message. */
export type Result = {
  /** From 1, in the order in which they were begun. */
  number: number;
  recipient: string;
  call: Call;
  /** Undefined where the gateway did not take it. */
  followed: Followed | undefined;
};

/** Whether the gateway took it, and it was sent and not reported undelivered, as far as anybody could see. */
export function isSuccess({ call, followed }: Result): boolean {
  if (!isTaken(call) || followed === undefined) return false;
  if (followed.kind === 'not_followed') return true;
  return followed.kind === 'concluded' && followed.outcome === 'sent' && !isUndelivered(followed.trace);
}

/** Whether the latest receipt says for good that it did not arrive. */
export function isUndelivered({ attempts }: Trace): boolean {
  return ['undelivered', 'failed', 'expired'].includes(attempts.at(-1)?.receipt?.status ?? '');
}

/** A recipient as it may be seen, such as `+1…23`. */
export function recipientHint(recipient: string): string {
  const number = parsePhoneNumber(recipient);
  return number === undefined ? 'no number' : maskPhoneNumber(number);
}

/** One sentence on why a message is not followed, and what to do. */
export function explainNotFollowed(why: NotFollowed): string {
  switch (why.kind) {
    case 'not_wanted':
      return 'Not followed, as --no-follow says.';
    case 'no_redis':
      return 'Not followed: set REDIS_URL to the Redis of that gateway to see what becomes of it.';
    case 'unreachable':
      return `Not followed: Redis does not answer (${why.code}). Set REDIS_URL to the Redis of that gateway.`;
    case 'not_known':
      return 'Not followed: the Redis asked knows no such message. Set REDIS_URL to the Redis of that gateway.';
    case 'no_id':
      return 'Not followed: the answer names no id.';
  }
}
