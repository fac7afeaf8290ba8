-- Time in milliseconds since the epoch.

-- The time that is given, or Redis's own, which stands still within a script.
local redis_time
local function clock(given)
  if given then return given end
  if not redis_time then
    local time = redis.call('TIME')
    redis_time = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return redis_time
end

-- The time of Redis's own clock after so many milliseconds, as text. Keys are given the time when they end and not their
-- life, which Redis would turn into the time for its append-only file, and text because Lua writes numbers slowly.
local times_after = {}
local function time_after(life_ms)
  local time = times_after[life_ms]
  if not time then
    time = string.format('%.0f', clock() + math.ceil(life_ms))
    times_after[life_ms] = time
  end
  return time
end
