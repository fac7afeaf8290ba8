-- What the pumping guard counts of one country or one address: unused codes and wanted codes.
--- @include "./windowed-counter.lua"

local HOUR_MS = 3600000
local DAY_MS = 24 * HOUR_MS
-- A code can be credited for a day.
local PENDING_MS = DAY_MS

local UNUSED_SHAPES = { { 'uh:', HOUR_MS }, { 'ud:', DAY_MS } }
-- No rule for addresses needs the wanted codes of the hour, but one list is simpler than two.
local WANTED_SHAPES = { { 'wd:', DAY_MS }, { 'wh:', HOUR_MS } }

-- Codes that proved wanted are counted by day in the state of a country (`days`), with the best day (`best`, `best_day`),
-- so that a message does not have to look for it. It is looked for only once that day is too long ago.
local PEAK_DAYS = 14

-- How many codes proved wanted on the best of the last days, and which day it was.
local function best_day(state, today)
  if not state.best or state.best_day > today - PEAK_DAYS then return state.best or 0, state.best_day end
  local most, best = 0, today
  for i = 1, PEAK_DAYS do
    local day = today - PEAK_DAYS + i
    local wanted = state.days[tostring(day)] or 0
    if wanted > 0 and wanted >= most then most, best = wanted, day end
  end
  return most, best
end

-- One more code proved wanted today. Forgets the days that are too long ago.
local function add_to_day(now, key, today)
  local state = state_of(key)
  local days = state.days or {}
  state.days = days
  local wanted = (days[tostring(today)] or 0) + 1
  days[tostring(today)] = wanted
  local most, best = best_day(state, today)
  if wanted >= most then most, best = wanted, today end
  state.best, state.best_day = most, best
  for day in pairs(days) do
    if tonumber(day) <= today - PEAK_DAYS then days[day] = nil end
  end
  touch(key, now, (PEAK_DAYS + 1) * DAY_MS)
end
