-- The pumping guard's part of screening: budgets of codes that nobody used, for a country and for an address.
--- @include "./guard-counters.lua"

-- The part of a budget that grows with what proved wanted, after authgear's fraud protection
-- (https://github.com/authgear/authgear-server/blob/main/docs/specs/fraud-protection.md): of the day's wanted codes and of
-- the best of the last 14 days, 0.3 may stay unused, and of the hour's 0.2.
local DAY_SHARE = 0.3
local HOUR_SHARE = 0.2
-- A sixth of a day's codes in one hour is a busy hour.
local BUSY_HOURS = 6
-- A code may prove wanted for a day; of one number, so many may wait for that. What is beyond stays unused.
local PENDING_MS = DAY_MS
local MAX_PENDING = 100

-- Weighs the guard's rules for one code. plan: mode, and the floors of the country and the ip (a missing one switches
-- its rule off). code: keys, connection, country, ip (nil without an address). weigh(rule, counter, max) and
-- note(rule, counted, max, wait) take the results; rules are counted from 1, in the order of GUARD_RULES (guard-plan.ts).
local function weigh_guard(now, plan, code, weigh, note)
  local function judge(rule, counter, floor, budget)
    if floor then weigh(rule, counter, math.floor(math.max(floor, budget))) end
  end
  local of_country = look(now, code.keys.country, GUARD_SHAPES.country)
  local best = best_day(code.keys.country, math.floor(now / DAY_MS))
  judge(1, of_country[1], plan.country.hour, math.max(best / BUSY_HOURS, of_country[4].sum) * HOUR_SHARE)
  judge(2, of_country[2], plan.country.day, math.max(best, of_country[3].sum) * DAY_SHARE)
  local unused = { { of_country[1], of_country[2] } }
  if not code.ip then return unused end

  local of_ip = look(now, code.keys.ip, GUARD_SHAPES.ip)
  unused[2] = { of_ip[1], of_ip[2] }
  judge(3, of_ip[1], plan.ip.hour, of_ip[3].sum / BUSY_HOURS * HOUR_SHARE)
  judge(4, of_ip[2], plan.ip.day, of_ip[3].sum * DAY_SHARE)
  if plan.ip.countries then
    local others, wait = 0, DAY_MS
    local seen = redis.call('HGETALL', code.keys.ip_countries)
    for i = 1, #seen, 2 do
      local left = tonumber(seen[i + 1]) + DAY_MS - now
      if seen[i] ~= code.country and left > 0 then
        others = others + 1
        wait = math.min(wait, left)
      end
    end
    note(5, others, plan.ip.countries, others < plan.ip.countries and 0 or math.ceil(wait))
  end
  return unused
end

-- Counts a code as sent and not yet used. unused: what weigh_guard answered.
local function count_unused(now, unused, code, id)
  for _, counters in ipairs(unused) do add(counters, { 1, 1 }) end
  local pending = code.keys.pending
  if redis.call('HLEN', pending) >= MAX_PENDING then
    local codes = redis.call('HGETALL', pending)
    for i = 1, #codes, 2 do
      local sent_at = tonumber(string.match(codes[i + 1], '^%d+'))
      if sent_at <= now - PENDING_MS then redis.call('HDEL', pending, codes[i]) end
    end
  end
  if redis.call('HLEN', pending) < MAX_PENDING then
    redis.call('HSET', pending, id, table.concat({ whole(now), code.connection, code.country, code.ip or '' }, ' '))
  end
  redis.call('PEXPIRE', pending, PENDING_MS)
  if code.ip then
    redis.call('HSET', code.keys.ip_countries, code.country, whole(now))
    redis.call('PEXPIRE', code.keys.ip_countries, DAY_MS)
  end
end
