-- Counts what came within the last milliseconds of a window. The time is in milliseconds of one clock, Redis's own. A
-- hash holds, for each of its counters, the count of every sixtieth of the window and their sum, so that reading costs
-- the same however much was counted, and all counters of a key are read and written in one call each. What came is
-- counted for as long as the window, and up to a sixtieth of it longer: within any window there is never more than the
-- sum says.

local PARTS = 60

local function whole(number) return string.format('%.0f', number) end

-- The time that is given, or Redis's own.
local function clock(given)
  if given then return given end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function move_on(counter)
  for old = counter.last - PARTS, math.min(counter.last, counter.part - PARTS - 1) do
    counter.over[#counter.over + 1] = counter.name .. whole(old)
  end
  if #counter.over == 0 then return end
  for _, n in ipairs(redis.call('HMGET', counter.key, unpack(counter.over))) do
    counter.sum = counter.sum - (tonumber(n) or 0)
  end
end

-- The counters of a key as they stand, one for each { name, window }. Writes nothing. With a clock that went back (a
-- failover), it counts into the latest part that is known.
local function look(now, key, shapes)
  local fields, counters = {}, {}
  for i, shape in ipairs(shapes) do
    local name, window = shape[1], shape[2]
    local width = window / PARTS
    local part = math.floor(now / width)
    counters[i] = { key = key, name = name, window = window, width = width, now = now, part = part, over = {} }
    fields[3 * i - 2], fields[3 * i - 1], fields[3 * i] = name .. 'last', name .. 'sum', name .. whole(part)
  end
  local state = redis.call('HMGET', key, unpack(fields))
  for i, counter in ipairs(counters) do
    local last = tonumber(state[3 * i - 2])
    counter.last, counter.sum, counter.here = last, tonumber(state[3 * i - 1]) or 0, tonumber(state[3 * i]) or 0
    if last and counter.part < last then
      counter.part = last
      counter.here = tonumber(redis.call('HGET', key, counter.name .. whole(last))) or 0
    elseif last and counter.part > last then
      move_on(counter)
    end
  end
  return counters
end

-- Adds to counters of one key that were looked at in the same script; once.
local function add(counters, amounts)
  local set, over, life, is_new, key = {}, {}, 0, false, counters[1].key
  for i, counter in ipairs(counters) do
    local n, part = amounts[i], whole(counter.part)
    counter.sum, counter.here = counter.sum + n, counter.here + n
    local at = #set
    set[at + 1], set[at + 2], set[at + 3], set[at + 4] =
      counter.name .. 'sum', whole(counter.sum), counter.name .. part, whole(counter.here)
    if counter.part ~= counter.last then
      is_new = true
      set[at + 5], set[at + 6] = counter.name .. 'last', part
      for _, field in ipairs(counter.over) do over[#over + 1] = field end
    end
    life = math.max(life, counter.window + counter.width)
  end
  redis.call('HSET', key, unpack(set))
  if #over > 0 then redis.call('HDEL', key, unpack(over)) end
  -- Another connection may count longer windows under the same key.
  if is_new and redis.call('PTTL', key) < life then redis.call('PEXPIRE', key, whole(math.ceil(life))) end
end

-- Takes back what was counted at that time, as far as it still counts.
local function take_back(key, name, window, at, n)
  local part = name .. whole(math.floor(at / (window / PARTS)))
  local counted = tonumber(redis.call('HGET', key, part))
  local less = math.min(n, counted or 0)
  if less <= 0 then return end
  redis.call('HINCRBY', key, part, whole(-less))
  redis.call('HINCRBY', key, name .. 'sum', whole(-less))
end

-- Whether n more fit under max.
local function has_room(counter, max, n) return counter.sum + n <= max end

-- Milliseconds until n more fit under max; 0 where they do. What never fits waits for the whole window.
local function wait_for(counter, max, n)
  if has_room(counter, max, n) then return 0 end
  local first, fields, sum = counter.part - PARTS, {}, counter.sum
  for part = first, counter.part do fields[#fields + 1] = counter.name .. whole(part) end
  for i, counted in ipairs(redis.call('HMGET', counter.key, unpack(fields))) do
    sum = sum - (tonumber(counted) or 0)
    if sum + n <= max then
      return math.max(1, math.ceil((first + i) * counter.width + counter.window - counter.now))
    end
  end
  return math.ceil(counter.window)
end
