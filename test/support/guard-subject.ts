import { gatewayKeys } from '@sms-gateway/contract';
import { composeLua, type RedisClient } from '@sms-gateway/redis';
import { createGuard, createScreeningPlan, GUARD_RULES, type GuardPlan } from '@sms-gateway/screening';
import { readCounters } from './read-counters.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const BEGIN_MS = Date.UTC(2026, 8, 1);

export type Code = { recipient: string; connection: string; country: string; ip: string };
export type RuleState = { rule: string; counted: number; max: number; isReached: boolean };

const ASK = composeLua(
  `
  --- @include "@sms-gateway/screening/screen.lua"
  local request = cjson.decode(ARGV[1])
  local screened, states, is_refused = screen(request, true), {}, false
  for number, state in pairs(screened.states) do
    states[#states + 1] = { number, state.counted, state.max, state.wait }
    is_refused = is_refused or state.wait > 0
  end
  if not is_refused then count_screened(screened, ARGV[2]) end
  save_counters()
  return states
`.replaceAll('\n  ', '\n'),
  new URL(import.meta.url),
);

/** The guard alone, enforcing, in scripts that are given the time. */
export function createGuardSubject(redis: RedisClient, name: string, floors: Floors) {
  const { data } = createScreeningPlan([], { mode: 'enforce', ...floors } satisfies GuardPlan);
  let now = BEGIN_MS;
  const guard = createGuard({ redis, now: () => now });
  const own = (part: string) => `${name}-${part}`;
  let sent = 0;
  const subject = {
    /** The milliseconds until there is room, by rule. */
    async waits(at: number, code: Code): Promise<Record<string, number>> {
      const states = await subject.ask(at, code);
      return Object.fromEntries(
        states.map(([number = 0, , , wait = 0]) => [GUARD_RULES[number - 1] ?? '', wait]),
      );
    },
    async send(at: number, code: Code): Promise<RuleState[]> {
      const states = await subject.ask(at, code);
      return states.map(([number = 0, counted = 0, max = 0, wait = 0]) => ({
        rule: GUARD_RULES[number - 1] ?? '',
        counted,
        max,
        isReached: wait > 0,
      }));
    },
    async ask(at: number, { recipient, connection, country, ip }: Code): Promise<number[][]> {
      sent += 1;
      const request = {
        plan: data,
        keys: [],
        segments: 1,
        price: 0,
        address: own(ip),
        connection,
        country: own(country),
        recipient_counter: gatewayKeys.counters('recipient', own(recipient)),
        country_counter: gatewayKeys.counters('country', own(country)),
        ip_counter: gatewayKeys.counters('ip', own(ip)),
        now: at,
      };
      const states = (await redis.eval(ASK, 0, JSON.stringify(request), `${name}-${sent}`)) as number[][];
      return states.toSorted(([a = 0], [b = 0]) => a - b);
    },
    verified(at: number, connection: string, recipient: string): Promise<number> {
      now = at;
      return guard.verified(connection, own(recipient), at);
    },
    /** A receipt for the nth code that was sent, which went to this number. */
    async delivered(at: number, connection: string, recipient: string, nth: number): Promise<void> {
      now = at;
      const id = `${name}-${nth}`;
      await redis.hset(gatewayKeys.trace(id), { connection, recipient_key: own(recipient) });
      await guard.delivered(id);
    },
    /** What counts of a country within a day. */
    async countsOf(country: string): Promise<{ unused: number; wanted: number }> {
      const { counters } = await readCounters(redis, gatewayKeys.counters('country', own(country)));
      const sumOf = (counter: string) => counters[counter]?.[1] ?? 0;
      return { unused: sumOf('ud:'), wanted: sumOf('wd:') };
    },
  };
  return subject;
}

export type Floors = {
  country: { hour: number; day: number };
  ip: { hour: number; day: number; countries: number };
};
