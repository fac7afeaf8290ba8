import { setImmediate } from 'node:timers/promises';
import type { RedisClient } from './connect.ts';
import { type Acknowledgement, untilAcknowledged } from './replication.ts';

/** As `untilAcknowledged`, for callers that share its answers. */
type Acknowledge = (options: { isProbe: boolean; count: number }) => Promise<Acknowledgement>;

/**
 * Asks one at a time, because a waiting connection takes no other command meanwhile; callers that come in between share
 * the next.
 */
export function shareAcknowledgements(redis: RedisClient): Acknowledge {
  let running: Promise<void> | undefined;
  let next: Promise<Acknowledgement> | undefined;
  let wantsProbe = false;
  return (options) => {
    next ??= (running ?? setImmediate()).then(async () => {
      next = undefined;
      const own = untilAcknowledged(redis, { ...options, isProbe: options.isProbe || wantsProbe });
      wantsProbe = false;
      running = own.then(
        () => undefined,
        () => undefined,
      );
      return own;
    });
    wantsProbe ||= options.isProbe;
    return next;
  };
}
