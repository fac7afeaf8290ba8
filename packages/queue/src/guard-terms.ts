import { gatewayKeys } from '@sms-gateway/contract';
import type { RuleMode } from './screening.ts';

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

/** How many codes that nobody used are borne at least; undefined switches a rule off. */
export type GuardFloors = {
  country: { hour: number | undefined; day: number | undefined };
  ip: { hour: number | undefined; day: number | undefined; countries: number | undefined };
};

/** What the guard knows a code by. Number and address as keyed hashes. */
export type GuardTerms = {
  mode: RuleMode;
  connection: string;
  recipientKey: string;
  /** A country's code, or a calling code with its plus sign. */
  country: string;
  /** Absent where the caller tells no address: then its rules do not apply. */
  ipKey: string | undefined;
  floors: GuardFloors;
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

/** Counters of what is sent and not yet wanted, and of what proved wanted. */
export const guardCounters = (scope: 'country' | 'ip', subject: string) => ({
  unusedHour: gatewayKeys.guard('unused-hour', scope, subject),
  unusedDay: gatewayKeys.guard('unused-day', scope, subject),
  wantedHour: gatewayKeys.guard('wanted-hour', scope, subject),
  wantedDay: gatewayKeys.guard('wanted-day', scope, subject),
  /** By day since the epoch. */
  peaks: gatewayKeys.guard('peaks', scope, subject),
});

export const guardCountries = (ipKey: string) => gatewayKeys.guard('countries', 'ip', ipKey);

export function guardKeys(guard: GuardTerms | undefined): string[] {
  if (guard === undefined) return [];
  const country = guardCounters('country', guard.country);
  const keys = [
    gatewayKeys.pending(guard.recipientKey),
    country.unusedHour,
    country.unusedDay,
    country.wantedHour,
    country.wantedDay,
    country.peaks,
  ];
  if (guard.ipKey === undefined) return keys;
  const ip = guardCounters('ip', guard.ipKey);
  return [...keys, ip.unusedHour, ip.unusedDay, ip.wantedDay, guardCountries(guard.ipKey)];
}

export function guardArgs(guard: GuardTerms | undefined): (string | number)[] {
  if (guard === undefined) return [0];
  const { mode, connection, country, ipKey, floors } = guard;
  const floor = (value: number | undefined) => value ?? -1;
  return [
    1,
    mode,
    connection,
    country,
    ipKey ?? '',
    floor(floors.country.hour),
    floor(floors.country.day),
    floor(floors.ip.hour),
    floor(floors.ip.day),
    floor(floors.ip.countries),
  ];
}

// A budget is judged as a limit on what is unused, whose maximum grows with what proved wanted.
export const GUARD_LUA = `
  local function guard_look(now, k, a, rules, offset)
    if ARGV[a] ~= '1' then return nil end
    local names = { ${GUARD_RULES.map((rule) => `'${rule}'`).join(', ')} }
    local mode, country, ip = ARGV[a + 1], ARGV[a + 3], ARGV[a + 4]
    local function floor_of(i) return tonumber(ARGV[a + 4 + i]) end
    local function judge(i, counter, budget)
      if floor_of(i) < 0 then return end
      local max = math.floor(math.max(floor_of(i), budget))
      rules[#rules + 1] = { offset + i, counter.sum, max, wait_for(counter, max, 1), mode, names[i] }
    end
    local hour, day = look(now, KEYS[k + 1], ${HOUR_MS}), look(now, KEYS[k + 2], ${DAY_MS})
    local wanted_hour = look(now, KEYS[k + 3], ${HOUR_MS}).sum
    local wanted_day = look(now, KEYS[k + 4], ${DAY_MS}).sum
    local today, peak = math.floor(now / ${DAY_MS}), 0
    local peaks = redis.call('HGETALL', KEYS[k + 5])
    for i = 1, #peaks, 2 do
      if tonumber(peaks[i]) > today - ${PEAK_DAYS} then peak = math.max(peak, tonumber(peaks[i + 1])) end
    end
    judge(1, hour, math.max(peak / ${BUSY_HOURS} * ${HOUR_SHARE}, wanted_hour * ${HOUR_SHARE}))
    judge(2, day, math.max(peak * ${DAY_SHARE}, wanted_day * ${DAY_SHARE}))
    local guard = { pending = KEYS[k], connection = ARGV[a + 2], country = country, ip = ip, counters = { hour, day } }
    if ip == '' then return guard end

    local ip_hour, ip_day = look(now, KEYS[k + 6], ${HOUR_MS}), look(now, KEYS[k + 7], ${DAY_MS})
    local ip_wanted = look(now, KEYS[k + 8], ${DAY_MS}).sum
    judge(3, ip_hour, ip_wanted / ${BUSY_HOURS} * ${HOUR_SHARE})
    judge(4, ip_day, ip_wanted * ${DAY_SHARE})
    guard.countries = KEYS[k + 9]
    guard.counters = { hour, day, ip_hour, ip_day }
    if floor_of(5) >= 0 then
      local others, wait = 0, ${DAY_MS}
      local seen = redis.call('HGETALL', guard.countries)
      for i = 1, #seen, 2 do
        local left = tonumber(seen[i + 1]) + ${DAY_MS} - now
        if seen[i] ~= country and left > 0 then
          others = others + 1
          wait = math.min(wait, left)
        end
      end
      if others < floor_of(5) then wait = 0 end
      rules[#rules + 1] = { offset + 5, others, floor_of(5), math.ceil(wait), mode, names[5] }
    end
    return guard
  end
  local function guard_count(now, guard, id)
    if not guard then return end
    for _, counter in ipairs(guard.counters) do count(counter, 1) end
    if redis.call('HLEN', guard.pending) < ${MAX_PENDING} then
      redis.call('HSET', guard.pending, id, table.concat({ whole(now), guard.connection, guard.country, guard.ip }, ' '))
    end
    redis.call('PEXPIRE', guard.pending, ${PENDING_TTL_MS})
    if guard.countries then
      redis.call('HSET', guard.countries, guard.country, whole(now))
      redis.call('PEXPIRE', guard.countries, ${DAY_MS})
    end
  end
`;
