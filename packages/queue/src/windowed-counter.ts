/** Of how many parts a window consists; what came longest ago is forgotten part by part. */
const PARTS = 60;

/**
 * Counts what came within the last `window` milliseconds, for Lua scripts that are given the time in milliseconds of
 * one clock, Redis's own. A hash holds the count of each sixtieth of the window, and their sum, so that looking costs
 * the same whatever was counted. What came is counted for as long as the window, and up to a sixtieth of it longer:
 * within any window there is never more than the sum says.
 *
 * - `look(now, key, window)`: a counter as it stands; writes nothing. A clock that went back (a failover) counts into
 *   the latest part that it knows.
 * - `count(counter, n)`: adds to it; to what was looked at in the same script only, and once.
 * - `uncount(key, window, at, n)`: takes back what was counted at that time, as far as it still counts.
 * - `wait_for(counter, max, n)`: milliseconds until n more fit under max, 0 where they do. What never fits waits for
 *   the whole window.
 */
export const WINDOWED_COUNTER_LUA = `
  local function whole(number) return string.format('%.0f', number) end
  local function look(now, key, window)
    local width = window / ${PARTS}
    local part = math.floor(now / width)
    local state = redis.call('HMGET', key, 'last', 'sum', whole(part))
    local last, sum = tonumber(state[1]), tonumber(state[2])
    local counter = { key = key, window = window, width = width, now = now, part = part, sum = sum or 0, last = last, over = {} }
    if part == last then
      counter.here = tonumber(state[3]) or 0
    elseif not last or part < last then
      counter.part = last or part
    elseif part - ${PARTS + 1} >= last then
      counter.sum, counter.isStale = 0, true
    else
      for old = last - ${PARTS}, part - ${PARTS + 1} do counter.over[#counter.over + 1] = whole(old) end
      for _, n in ipairs(redis.call('HMGET', key, unpack(counter.over))) do
        counter.sum = counter.sum - (tonumber(n) or 0)
      end
    end
    return counter
  end
  local function count(counter, n)
    local key, part = counter.key, whole(counter.part)
    counter.sum = counter.sum + n
    if counter.here then
      redis.call('HSET', key, part, whole(counter.here + n), 'sum', whole(counter.sum))
      return
    end
    if counter.part == counter.last then
      redis.call('HINCRBY', key, part, whole(n))
      redis.call('HINCRBY', key, 'sum', whole(n))
      return
    end
    if counter.isStale then redis.call('DEL', key)
    elseif #counter.over > 0 then redis.call('HDEL', key, unpack(counter.over)) end
    redis.call('HSET', key, 'last', part, 'sum', whole(counter.sum), part, whole(n))
    redis.call('PEXPIRE', key, whole(math.ceil(counter.window + counter.width)))
  end
  local function uncount(key, window, at, n)
    local part = whole(math.floor(at / (window / ${PARTS})))
    local counted = tonumber(redis.call('HGET', key, part))
    if not counted then return end
    local less = math.min(n, counted)
    redis.call('HINCRBY', key, part, whole(-less))
    redis.call('HINCRBY', key, 'sum', whole(-less))
  end
  local function wait_for(counter, max, n)
    if counter.sum + n <= max then return 0 end
    local flat = redis.call('HGETALL', counter.key)
    local parts, sum = {}, counter.sum
    for i = 1, #flat, 2 do
      local part = tonumber(flat[i])
      if part and part >= counter.part - ${PARTS} then parts[#parts + 1] = { part, tonumber(flat[i + 1]) } end
    end
    table.sort(parts, function(a, b) return a[1] < b[1] end)
    for _, part in ipairs(parts) do
      sum = sum - part[2]
      if sum + n <= max then
        return math.max(1, math.ceil((part[1] + 1) * counter.width + counter.window - counter.now))
      end
    end
    return math.ceil(counter.window)
  end
  local function clock(given)
    if given ~= '' then return tonumber(given) end
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
  end
`;
