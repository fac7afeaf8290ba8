import { gatewayKeys } from '@sms-gateway/contract';
import { composeLua, type RedisClient } from '@sms-gateway/redis';
import { createGuard, createScreening, createScreeningPlan, GUARD_RULES } from '@sms-gateway/screening';
import { readCounters } from './read-counters.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const BEGIN_MS = Date.UTC(2026, 8, 1);

export type Code = { recipient: string; connection: string; country: string; ip: string };
export type Floors = {
  country: { hour: number; day: number };
  ip: { hour: number; day: number; countries: number };
};
export type RuleState = { rule: string; counted: number; max: number; isReached: boolean };

const ASK = composeLua(
  `--- @include "@sms-gateway/screening/screen.lua"
  local request = cjson.decode(ARGV[1])
  local states, is_refused = {}, false
  for number, state in pairs(screen(request, true)) do
    states[#states + 1] = { number, state.counted, state.max, state.wait }
    is_refused = is_refused or state.wait > 0
  end
  if not is_refused then count_screened(ARGV[2]) end
  save_screened()
  return states`,
  new URL(import.meta.url),
);

/** The guard alone, which enforces, in scripts that are given the time. */
export function createGuardSubject(redis: RedisClient, name: string, floors: Floors) {
  const plan = createScreeningPlan([], { mode: 'enforce', ...floors });
  let now = BEGIN_MS;
  const guard = createGuard({ redis, now: () => now });
  const own = (part: string) => `${name}-${part}`;
  let sent = 0;

  async function ask(at: number, { recipient, connection, country, ip }: Code) {
    sent += 1;
    const { request } = createScreening({
      recipientKey: own(recipient),
      blockable: '',
      configuredBlock: undefined,
      plan,
      keys: [],
      cost: { segments: 1, price: 0 },
      country: own(country),
      addressKey: own(ip),
    });
    const given = JSON.stringify({
      ...request,
      kind: { ...request.kind, plan: plan.data, connection },
      now: at,
    });
    const states = (await redis.eval(ASK, 0, given, own(`${sent}`))) as number[][];
    return states
      .toSorted(([a = 0], [b = 0]) => a - b)
      .map(([number = 0, counted = 0, max = 0, waitMs = 0]) => ({
        state: { rule: GUARD_RULES[number - 1] ?? '', counted, max, isReached: waitMs > 0 },
        waitMs,
      }));
  }

  return {
    /** The milliseconds until there is room, by rule. */
    waits: async (at: number, code: Code): Promise<Record<string, number>> =>
      Object.fromEntries((await ask(at, code)).map(({ state, waitMs }) => [state.rule, waitMs])),
    send: async (at: number, code: Code): Promise<RuleState[]> =>
      (await ask(at, code)).map(({ state }) => state),
    verified(at: number, connection: string, recipient: string): Promise<number> {
      now = at;
      return guard.verified(connection, own(recipient), at);
    },
    /** A delivery receipt for the nth code that was sent, which went to this number. */
    async delivered(at: number, connection: string, recipient: string, nth: number): Promise<void> {
      now = at;
      const id = own(`${nth}`);
      await redis.hset(gatewayKeys.trace(id), { connection, recipient_key: own(recipient) });
      await guard.delivered(id);
    },
    /** The counts of a country within a day. */
    async countsOf(country: string): Promise<{ unused: number; wanted: number }> {
      const { counters } = await readCounters(redis, gatewayKeys.counters('country', own(country)));
      const sumOf = (counter: string) => counters[counter]?.[1] ?? 0;
      return { unused: sumOf('ud:'), wanted: sumOf('wd:') };
    },
  };
}
