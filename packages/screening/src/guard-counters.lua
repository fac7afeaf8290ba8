-- What the pumping guard counts of one country or one address: codes that were sent and that nobody used yet, and codes
-- that proved wanted.
--- @include "./windowed-counter.lua"

local HOUR_MS = 3600000
local DAY_MS = 24 * HOUR_MS

-- The first two are unused codes, the others wanted ones. No rule for addresses needs the wanted codes of the hour.
local GUARD_SHAPES = {
  ip = { { 'uh:', HOUR_MS }, { 'ud:', DAY_MS }, { 'wd:', DAY_MS } },
  country = { { 'uh:', HOUR_MS }, { 'ud:', DAY_MS }, { 'wd:', DAY_MS }, { 'wh:', HOUR_MS } },
}

-- Codes that proved wanted stand in a country's hash by day ("p:"), and the best day beside them, so that a message does
-- not have to look for it. It is looked for only once that day is too long ago.
local PEAK_DAYS = 14

-- How many codes proved wanted on the best of the last days, and which day it was. Writes nothing.
local function best_day(key, today)
  local best = redis.call('HMGET', key, 'best', 'best_day')
  local most, day = tonumber(best[1]), tonumber(best[2])
  if not most or day > today - PEAK_DAYS then return most or 0, day end
  local fields = {}
  for i = 1, PEAK_DAYS do fields[i] = 'p:' .. whole(today - PEAK_DAYS + i) end
  most, day = 0, today
  for i, wanted in ipairs(redis.call('HMGET', key, unpack(fields))) do
    wanted = tonumber(wanted) or 0
    if wanted > 0 and wanted >= most then most, day = wanted, today - PEAK_DAYS + i end
  end
  return most, day
end

-- One more code proved wanted today. Forgets the days that are too long ago.
local function add_to_day(key, today)
  local wanted = redis.call('HINCRBY', key, 'p:' .. whole(today), 1)
  local most, day = best_day(key, today)
  if wanted >= most then most, day = wanted, today end
  redis.call('HSET', key, 'best', whole(most), 'best_day', whole(day))
  if wanted > 1 then return end
  local flat = redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    local old = tonumber(string.match(flat[i], '^p:(%d+)$') or nil)
    if old and old <= today - PEAK_DAYS then redis.call('HDEL', key, flat[i]) end
  end
  redis.call('PEXPIRE', key, (PEAK_DAYS + 1) * DAY_MS)
end
