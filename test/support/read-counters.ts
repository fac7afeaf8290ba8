import type { RedisClient } from '@sms-gateway/redis';

/** What is counted of one subject, as windowed-counter.lua and guard-rules.lua keep it. */
export type CountersState = {
  /** By name: the latest part, the sum, what was counted in the latest part, and the older parts. */
  counters: Record<string, [part: number, sum: number, here: number]>;
  days?: Record<string, number>;
  best?: number;
  pending?: unknown[];
  countries?: Record<string, number>;
};

const READ = `
  local packed = redis.call('GET', KEYS[1])
  local state = packed and cmsgpack.unpack(packed) or { counters = {} }
  for _, counter in pairs(state.counters) do counter[4], counter[5] = nil, nil end
  return cjson.encode(state)
`;

export async function readCounters(redis: RedisClient, key: string): Promise<CountersState> {
  return JSON.parse(String(await redis.eval(READ, 1, key))) as CountersState;
}
