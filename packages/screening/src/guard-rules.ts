import { gatewayKeys } from '@sms-gateway/contract';
import type { RuleMode } from './screening-plan.ts';
import { shapesLua } from './windowed-counter.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Milliseconds for which a code may still prove wanted. */
export const PENDING_TTL_MS = DAY_MS;
/** Codes of one number that may wait for that; what is beyond stays unused. */
const MAX_PENDING = 100;

/** In the order in which the script judges them. */
export const GUARD_RULES = [
  'guard_country_hour',
  'guard_country_day',
  'guard_ip_hour',
  'guard_ip_day',
  'guard_ip_countries',
] as const;

/** How the guard judges. Floors are the codes that nobody used that are borne at least; undefined switches a rule off. */
export type GuardPlan = {
  mode: RuleMode;
  /** Whether callers tell the address; without it its rules do not apply. */
  hasIp: boolean;
  country: { hour: number | undefined; day: number | undefined };
  ip: { hour: number | undefined; day: number | undefined; countries: number | undefined };
};

/** What the guard knows a code by. Number and address as keyed hashes. */
export type GuardedCode = {
  connection: string;
  recipientKey: string;
  /** A country's code, or a calling code with its plus sign. */
  country: string;
  ipKey: string | undefined;
};

/**
 * The part of a budget that grows with what proved wanted, after authgear's fraud protection
 * (https://github.com/authgear/authgear-server/blob/main/docs/specs/fraud-protection.md): of the day's wanted codes
 * and of the best of the last 14 days, 0.3 may stay unused, and of the hour's 0.2.
 */
const DAY_SHARE = 0.3;
const HOUR_SHARE = 0.2;
const PEAK_DAYS = 14;
/** A sixth of a day's codes in one hour is a busy one. */
const BUSY_HOURS = 6;

/** The counters of one country or address: what is sent and not yet wanted, and what proved wanted. */
export const GUARD_COUNTERS = {
  unusedHour: { name: 'uh:', windowMs: HOUR_MS },
  unusedDay: { name: 'ud:', windowMs: DAY_MS },
  wantedHour: { name: 'wh:', windowMs: HOUR_MS },
  wantedDay: { name: 'wd:', windowMs: DAY_MS },
};

/**
 * The best day, for Lua scripts that have the windowed counter: codes that proved wanted stand in a country's hash by day
 * (`p:`), and the best day beside them, so that a message has not to look for it. It is looked for only once that day is
 * too long ago.
 *
 * - `best_day(key, today)`: how many proved wanted on the best of the last days, and which it was; writes nothing.
 * - `add_to_day(key, today)`: one more proved wanted today; forgets the days that are too long ago.
 */
export const BEST_DAY_LUA = `
  local function best_day(key, today)
    local best = redis.call('HMGET', key, 'best', 'best_day')
    local most, day = tonumber(best[1]), tonumber(best[2])
    if not most or day > today - ${PEAK_DAYS} then return most or 0, day end
    local fields = {}
    for i = 1, ${PEAK_DAYS} do fields[i] = 'p:' .. whole(today - ${PEAK_DAYS} + i) end
    most, day = 0, today
    for i, wanted in ipairs(redis.call('HMGET', key, unpack(fields))) do
      wanted = tonumber(wanted) or 0
      if wanted > 0 and wanted >= most then most, day = wanted, today - ${PEAK_DAYS} + i end
    end
    return most, day
  end
  local function add_to_day(key, today)
    local wanted = redis.call('HINCRBY', key, 'p:' .. whole(today), 1)
    local most, day = best_day(key, today)
    if wanted >= most then most, day = wanted, today end
    redis.call('HSET', key, 'best', whole(most), 'best_day', whole(day))
    if wanted > 1 then return end
    local flat = redis.call('HGETALL', key)
    for i = 1, #flat, 2 do
      local old = tonumber(string.match(flat[i], '^p:(%d+)$') or nil)
      if old and old <= today - ${PEAK_DAYS} then redis.call('HDEL', key, flat[i]) end
    end
    redis.call('PEXPIRE', key, ${(PEAK_DAYS + 1) * DAY_MS})
  end
`;

const { unusedHour, unusedDay, wantedDay, wantedHour } = GUARD_COUNTERS;
/** In this order in the scripts. No rule for addresses asks for the hour's wanted codes. */
export const GUARD_SHAPES_LUA = {
  ip: shapesLua([unusedHour, unusedDay, wantedDay]),
  country: shapesLua([unusedHour, unusedDay, wantedDay, wantedHour]),
};

export function guardKeys(code: GuardedCode | undefined): string[] {
  if (code === undefined) return [];
  const { recipientKey, country, ipKey } = code;
  const keys = [gatewayKeys.pending(recipientKey), gatewayKeys.guard('country', country)];
  return ipKey === undefined
    ? keys
    : [...keys, gatewayKeys.guard('ip', ipKey), gatewayKeys.guard('ip-countries', ipKey)];
}

/**
 * A budget is judged as a limit on what is unused, whose maximum grows with what proved wanted. `before` rules come before
 * the guard's. ARGV: connection, country, address or nothing.
 */
export function guardLua({ mode, hasIp, country, ip }: GuardPlan, before: number): string {
  const judge = (place: number, counter: string, floor: number | undefined, budget: string) =>
    floor === undefined
      ? ''
      : `weigh(${before + place}, ${counter}, math.floor(math.max(${floor}, ${budget})), 1, '${mode}', '${GUARD_RULES[place - 1]}')`;
  const countries = `
      local others, wait = 0, ${DAY_MS}
      local seen = redis.call('HGETALL', KEYS[k + 3])
      for i = 1, #seen, 2 do
        local left = tonumber(seen[i + 1]) + ${DAY_MS} - now
        if seen[i] ~= ARGV[a + 1] and left > 0 then
          others = others + 1
          wait = math.min(wait, left)
        end
      end
      if others < ${ip.countries ?? 0} then wait = 0 end
      rules[${before + 5}] = { ${before + 5}, others, ${ip.countries ?? 0}, math.ceil(wait), '${mode}', '${GUARD_RULES[4]}' }
  `;
  return `
    ${BEST_DAY_LUA}
    local function guard_look(now, k, a, rules, weigh)
      local of_country = look(now, KEYS[k + 1], ${GUARD_SHAPES_LUA.country})
      local peak = best_day(KEYS[k + 1], math.floor(now / ${DAY_MS}))
      local unused_hour, unused_day = of_country[1], of_country[2]
      ${judge(1, 'unused_hour', country.hour, `math.max(peak / ${BUSY_HOURS}, of_country[4].sum) * ${HOUR_SHARE}`)}
      ${judge(2, 'unused_day', country.day, `math.max(peak, of_country[3].sum) * ${DAY_SHARE}`)}
      local guard = { k = k, a = a, counters = { { unused_hour, unused_day } } }
      ${
        hasIp
          ? `
      local of_ip = look(now, KEYS[k + 2], ${GUARD_SHAPES_LUA.ip})
      guard.counters[2] = { of_ip[1], of_ip[2] }
      ${judge(3, 'of_ip[1]', ip.hour, `of_ip[3].sum / ${BUSY_HOURS} * ${HOUR_SHARE}`)}
      ${judge(4, 'of_ip[2]', ip.day, `of_ip[3].sum * ${DAY_SHARE}`)}
      ${ip.countries === undefined ? '' : countries}`
          : ''
      }
      return guard
    end
    local function guard_count(now, guard, id)
      local k, a = guard.k, guard.a
      for _, counters in ipairs(guard.counters) do add(counters, { 1, 1 }) end
      if redis.call('HLEN', KEYS[k]) >= ${MAX_PENDING} then
        local pending = redis.call('HGETALL', KEYS[k])
        for i = 1, #pending, 2 do
          local sent_at = tonumber(string.match(pending[i + 1], '^%d+'))
          if sent_at <= now - ${PENDING_TTL_MS} then redis.call('HDEL', KEYS[k], pending[i]) end
        end
      end
      if redis.call('HLEN', KEYS[k]) < ${MAX_PENDING} then
        redis.call('HSET', KEYS[k], id, table.concat({ whole(now), ARGV[a], ARGV[a + 1], ARGV[a + 2] }, ' '))
      end
      redis.call('PEXPIRE', KEYS[k], ${PENDING_TTL_MS})
      ${
        hasIp
          ? `redis.call('HSET', KEYS[k + 3], ARGV[a + 1], whole(now))
      redis.call('PEXPIRE', KEYS[k + 3], ${DAY_MS})`
          : ''
      }
    end
  `;
}
