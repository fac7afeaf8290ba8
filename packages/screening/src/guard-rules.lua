-- The pumping guard's part of screening: budgets of codes that nobody used, for a country and for an address.
--- @include "./guard-counters.lua"
--- @include "./plan-rules.lua"

-- The part of a budget that grows with what proved wanted, after authgear's fraud protection
-- (https://github.com/authgear/authgear-server/blob/main/docs/specs/fraud-protection.md): of the day's wanted codes and of
-- the best of the last 14 days, 0.3 may stay unused, and of the hour's 0.2.
local DAY_SHARE = 0.3
local HOUR_SHARE = 0.2
-- A sixth of a day's codes in one hour is a busy hour.
local BUSY_HOURS = 6
-- Maximum number of pending codes of one number. Further codes stay unused.
local MAX_PENDING = 100
local PENDING, COUNTRIES = new_entry('pending'), new_entry('countries')

-- The floors as maxima of UNUSED_SHAPES.
local maxima = {}
local function maxima_of(floors)
  if not maxima[floors] then maxima[floors] = { floors.hour or math.huge, floors.day or math.huge } end
  return maxima[floors]
end

-- Weighs the guard's rules for one code, and adds the states of those that are reached (with `explains`, of all) to states
-- (screen.lua), in the order of GUARD_RULES (guard-plan.ts).
-- The guard of a plan has the floors of the country and the address: how many unused codes are always allowed. A missing floor
-- switches its rule off. Of its kind a code has country and country_counter; of its own, where there is an address, ip_counter.
-- To be counted it also needs recipient_counter, the connection of its kind and, where there is one, address.
-- is_country_below: its floors are known to suffice. Answers the tally of unused codes of the address.
local function weigh_guard(now, code, states, is_country_below, explains)
  local kind, ip = code.kind, code.ip_counter
  local plan, key = kind.plan, kind.country_counter
  local floors = plan.guard
  local before, of_ip = floors.before, ip and tally_of(now, ip, UNUSED_SHAPES)
  -- Where the floors suffice, no budget has to be computed. A new address has no other countries either.
  local is_ip_below = not of_ip or of_ip.counters.is_nothing and room_under(of_ip, maxima_of(floors.ip)) >= 1
  if is_country_below and is_ip_below and not explains then return of_ip end

  local by_hour, by_day = unpack(UNUSED_SHAPES)
  local function reach(rule, counted, max, wait)
    states[before + rule] = { counted = counted, max = max, wait = wait, rule = rule_of(plan, before + rule) }
  end
  -- A budget is at least the floor, so it is computed only if the floor does not suffice.
  local function judge(rule, subject, shape, counter, floor, budget)
    if not floor or (counter[2] < floor and not explains) then return end
    local max = math.floor(math.max(floor, budget()))
    local wait = wait_for(now, subject, shape, counter, max, 1, not explains and rule_of(plan, before + rule).mode ~= 'enforce')
    if wait > 0 or explains then reach(rule, counter[2], max, wait) end
  end

  local function wanted(of, i) return look(now, of, WANTED_SHAPES)[i][2] end
  local function best() return best_day(state_of(key), math.floor(now / DAY_MS)) end
  if not is_country_below then
    local of_country = tally_of(now, key, UNUSED_SHAPES)
    settle(of_country)
    judge(1, key, by_hour, of_country.counters[1], floors.country.hour, function()
      return math.max(best() / BUSY_HOURS, wanted(key, 2)) * HOUR_SHARE
    end)
    judge(2, key, by_day, of_country.counters[2], floors.country.day, function()
      return math.max(best(), wanted(key, 1)) * DAY_SHARE
    end)
  end
  if not ip then return nil end

  settle(of_ip)
  judge(3, ip, by_hour, of_ip.counters[1], floors.ip.hour, function() return wanted(ip, 1) / BUSY_HOURS * HOUR_SHARE end)
  judge(4, ip, by_day, of_ip.counters[2], floors.ip.day, function() return wanted(ip, 1) * DAY_SHARE end)
  local countries, max = state_of(ip).countries, floors.ip.countries
  if not max or not (countries or explains) then return of_ip end
  local others, wait = 0, DAY_MS
  for country, at in pairs(countries or {}) do
    local left = at + DAY_MS - now
    if country ~= kind.country and left > 0 then
      others = others + 1
      wait = math.min(wait, left)
    end
  end
  if others >= max then
    reach(5, others, max, math.ceil(wait))
  elseif explains then
    reach(5, others, max, 0)
  end
  return of_ip
end

-- What new subjects remember is the same for all codes of a kind, because the clock stands still: the middle of a pending code,
-- and the countries of an address.
local function packed_of(kind, now)
  if not kind.packed then
    local code, countries = cmsgpack.pack(now, kind.connection, kind.country), cmsgpack.pack({ [kind.country] = now })
    kind.packed = { code = code, countries = countries }
  end
  return kind.packed
end

-- Adds the code to the pending ones of its number: { id, time, connection, country, ip }, and true at the end once a receipt
-- has reported that it arrived.
local function add_pending(now, code, id)
  local key, ip, kind = code.recipient_counter, code.ip_counter and code.address, code.kind
  -- A list of one list of four or five.
  local only = ip and '\145\149' .. cmsgpack.pack(id) .. packed_of(kind, now).code .. cmsgpack.pack(ip)
    or '\145\148' .. cmsgpack.pack(id) .. packed_of(kind, now).code
  if not remember_of_new(key, PENDING, only) then
    local of_number = state_of(key)
    local pending = of_number.pending or {}
    if #pending >= MAX_PENDING then
      local still = {}
      for _, other in ipairs(pending) do
        if other[2] > now - PENDING_MS then still[#still + 1] = other end
      end
      pending = still
    end
    if #pending < MAX_PENDING then pending[#pending + 1] = { id, now, kind.connection, kind.country, ip } end
    of_number.pending = pending
  end
  touch(key, now, PENDING_MS)
end

-- Remembers a code as sent and not yet used, and counts it for its address (for its country, screen.lua does). of_ip is what
-- weigh_guard answers.
local function remember_code(now, code, id, of_ip)
  add_pending(now, code, id)
  local key, country = code.ip_counter, code.kind.country
  if not key then return end

  count(now, key, of_ip, 1)
  if remember_of_new(key, COUNTRIES, packed_of(code.kind, now).countries) then return end
  local state = state_of(key)
  local countries = state.countries or {}
  for other, at in pairs(countries) do
    if at <= now - DAY_MS then countries[other] = nil end
  end
  countries[country] = now
  state.countries = countries
end
