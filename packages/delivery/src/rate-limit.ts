import { gatewayKeys } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';

/** `waitMs`: milliseconds until it is worth asking again. */
export type Permit = { granted: true } | { granted: false; waitMs: number };

/** A rate that all workers keep together. */
export type RateLimit = {
  /**
   * Takes a permit for one message to a provider that may have `perSecond` of them (fractions allowed), if there is
   * one now. A refused caller has to ask again: there is no queue.
   * @throws what Redis answers.
   */
  take(provider: string, perSecond: number): Promise<Permit>;
};

const TAKE = loadScript<{
  keys: 'rate_limit';
  args: { per_second: number };
  answer: [granted: 0 | 1, waitUs: number];
}>(new URL('../src/take-permit.lua', import.meta.url));

/**
 * A command that the connection repeats after a reconnect may take two permits: the provider then gets one
 * message less than its limit, never one more.
 */
export function createRateLimit({ redis }: { redis: RedisClient }): RateLimit {
  return {
    take: async (provider, perSecond) => {
      const [granted, waitUs] = await evalScript(redis, TAKE, {
        keys: { rate_limit: gatewayKeys.rateLimit(provider) },
        args: { per_second: perSecond },
      });
      return granted === 1 ? { granted: true } : { granted: false, waitMs: Math.ceil(waitUs / 1000) };
    },
  };
}
