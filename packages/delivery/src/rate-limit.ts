import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';
import { evalScript, script } from '@sms-gateway/redis';

/** `waitMs`: milliseconds until it is worth asking again. */
export type Permit = { granted: true } | { granted: false; waitMs: number };

/** A rate that all workers together keep. */
export type RateLimit = {
  /**
   * Takes leave for one message to a provider that may have `perSecond` of them (fractions allowed), if there is
   * any left now. Not asked for again, it is not given: who is refused stands in no line.
   * @throws what Redis answers.
   */
  take(provider: string, perSecond: number): Promise<Permit>;
};

// The generic cell rate algorithm (ITU-T I.371): the key holds the time, in microseconds, at which the rate would
// be kept again. One clock, Redis's own, for all workers. A burst is what a second allows, one message at least: people
// do not log in evenly spaced. So after a rest twice the rate may go within one second. A key further ahead than a
// burst is of another clock (before a failover) or of a lower rate, and is cut short.
const TAKE = script<[granted: 0 | 1, waitUs: number]>(`
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local interval = 1000000 / tonumber(ARGV[1])
  local burst = math.max(interval, 1000000)
  local function keep(due)
    redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 1000)
  end
  local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
  if due > now + burst then
    due = now + burst
    keep(due)
  end
  local early = due + interval - burst - now
  if early > 0 then return { 0, math.ceil(early) } end
  keep(due + interval)
  return { 1, 0 }
`);

/**
 * A command that the connection repeats by itself after a reconnect may take leave twice: the provider then gets one
 * message less than it would take, never one more.
 */
export function createRateLimit({ redis }: { redis: RedisClient }): RateLimit {
  return {
    take: async (provider, perSecond) => {
      const [granted, waitUs] = await evalScript(redis, TAKE, {
        keys: [gatewayKeys.rateLimit(provider)],
        args: [perSecond],
      });
      return granted === 1 ? { granted: true } : { granted: false, waitMs: Math.ceil(waitUs / 1000) };
    },
  };
}
