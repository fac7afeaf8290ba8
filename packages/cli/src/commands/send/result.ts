import { maskPhoneNumber, parsePhoneNumber } from '@sms-gateway/contract';
import type { Trace } from '@sms-gateway/delivery';
import { type Call, isTaken } from './caller.ts';
import type { Followed, NotFollowed } from './follow.ts';

/** The result of one message. */
export type Result = {
  /** From 1, in the order in which they were sent. */
  number: number;
  recipient: string;
  call: Call;
  /** Undefined if the gateway did not accept it. */
  followed: Followed | undefined;
};

/** Whether the gateway accepted it and, as far as it was followed, it was sent and not reported undelivered. */
export function isSuccess({ call, followed }: Result): boolean {
  if (!isTaken(call) || followed === undefined) return false;
  if (followed.kind === 'not_followed') return true;
  return followed.kind === 'concluded' && followed.outcome === 'sent' && !isUndelivered(followed.trace);
}

/** Whether the latest receipt says that it did not arrive, and is final. */
export function isUndelivered({ attempts }: Trace): boolean {
  return ['undelivered', 'failed', 'expired'].includes(attempts.at(-1)?.receipt?.status ?? '');
}

/** A recipient as it may be shown, such as `+1…23`. */
export function recipientHint(recipient: string): string {
  const number = parsePhoneNumber(recipient);
  return number === undefined ? 'no number' : maskPhoneNumber(number);
}

/** One sentence on why a message is not followed, and what to do. */
export function explainNotFollowed(why: NotFollowed): string {
  switch (why.kind) {
    case 'not_wanted':
      return 'Not followed (--no-follow).';
    case 'no_redis':
      return 'Not followed: set REDIS_URL to the Redis of that gateway to see the outcome.';
    case 'unreachable':
      return `Not followed: Redis does not answer (${why.code}). Set REDIS_URL to the Redis of that gateway.`;
    case 'not_known':
      return 'Not followed: this Redis does not have the message. Set REDIS_URL to the Redis of that gateway.';
    case 'no_id':
      return 'Not followed: the answer has no id.';
  }
}
