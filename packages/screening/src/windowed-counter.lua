-- Counts what came within the last milliseconds of a window. The time is in milliseconds of one clock, Redis's own. What
-- came is counted for as long as the window, and up to a sixtieth of it longer: within any window there is never more than
-- the sum says.
--
-- Everything that is counted for one subject is one string, so that a script reads and writes it with one command each,
-- however many messages it weighs: `load_counters` reads many keys at once, `save_counters` writes those that changed. In
-- between, all functions work on tables. A state has
--   counters    by name: { part, sum, here, older }. `part` is the latest sixtieth of the window, by its number since the
--               epoch; `here` was counted in it; `older` are the parts before it, oldest first, 12 bytes each (number,
--               count), as a string that most messages only carry along.
--   until_ms    when Redis may forget it
-- and whatever else is remembered of the subject (guard-rules.lua).

local PARTS = 60
local PART_FORMAT = '>I6I6'
local PART_BYTES = 12

local loaded, changed, looked = {}, {}, {}

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

local function unpack_state(packed)
  return packed and cmsgpack.unpack(packed) or { counters = {}, until_ms = 0 }
end

-- Reads the keys that were not read yet.
local function load_counters(keys)
  local missing = {}
  for _, key in ipairs(keys) do
    if not loaded[key] then
      missing[#missing + 1] = key
      loaded[key] = true
    end
  end
  if #missing == 0 then return end
  for i, packed in ipairs(redis.call('MGET', unpack(missing))) do loaded[missing[i]] = unpack_state(packed) end
end

local function state_of(key)
  if not loaded[key] then loaded[key] = unpack_state(redis.call('GET', key)) end
  return loaded[key]
end

-- Has the state written by save_counters, and remembered for so long at least.
local function touch(key, now, life_ms)
  local state = loaded[key]
  state.until_ms = math.max(state.until_ms, math.ceil(now + life_ms))
  changed[key] = now
end

local function save_counters()
  for key, now in pairs(changed) do
    local state = loaded[key]
    redis.call('SET', key, cmsgpack.pack(state), 'PX', math.ceil(state.until_ms - now))
  end
  changed = {}
end

-- Moves a counter to a later part, and forgets what has left the window.
local function move_on(counter, part)
  if counter[3] > 0 then counter[4] = counter[4] .. struct.pack(PART_FORMAT, counter[1], counter[3]) end
  counter[1], counter[3] = part, 0
  local older, first = counter[4], 1
  while first < #older do
    local number, n = struct.unpack(PART_FORMAT, older, first)
    if number >= part - PARTS then break end
    counter[2] = counter[2] - n
    first = first + PART_BYTES
  end
  if first > 1 then counter[4] = string.sub(older, first) end
end

-- The current counters of a key, one for each shape { name, window }. With a clock that went back (a failover), it
-- counts into the latest part that is known.
local function look(now, key, shapes)
  local of_shapes = looked[shapes]
  if not of_shapes then
    of_shapes = {}
    looked[shapes] = of_shapes
  end
  local before = of_shapes[key]
  if before and before.now == now then return before end
  local counters, found = state_of(key).counters, { now = now }
  for i = 1, #shapes do
    local name = shapes[i][1]
    local part = math.floor(now * PARTS / shapes[i][2])
    local counter = counters[name]
    if not counter then
      counter = { part, 0, 0, '' }
      counters[name] = counter
    elseif part > counter[1] then
      move_on(counter, part)
    end
    found[i] = counter
  end
  of_shapes[key] = found
  return found
end

-- Adds n to counters of one key that were read.
local function add(now, key, shapes, counters, n)
  local life = 0
  for i = 1, #counters do
    local counter, window = counters[i], shapes[i][2]
    counter[2], counter[3] = counter[2] + n, counter[3] + n
    if window > life then life = window end
  end
  touch(key, now, life + life / PARTS)
end

-- Removes what was counted at that time, if it is still in the window.
local function take_back(now, key, shape, at, n)
  local counter, part = look(now, key, { shape })[1], math.floor(at * PARTS / shape[2])
  local less = 0
  if part == counter[1] then
    less = math.min(n, counter[3])
    counter[3] = counter[3] - less
  else
    local older = counter[4]
    for first = 1, #older, PART_BYTES do
      local number, counted = struct.unpack(PART_FORMAT, older, first)
      if number == part then
        less = math.min(n, counted)
        counter[4] = string.sub(older, 1, first - 1) .. struct.pack(PART_FORMAT, part, counted - less) ..
          string.sub(older, first + PART_BYTES)
        break
      end
    end
  end
  if less == 0 then return end
  counter[2] = counter[2] - less
  touch(key, now, 1)
end

-- Whether n more fit under max.
local function has_room(counter, max, n) return counter[2] + n <= max end

-- Milliseconds until n more fit under max; 0 if they fit now, the whole window if they never fit.
local function wait_for(now, counter, window, max, n)
  if has_room(counter, max, n) then return 0 end
  local sum, older, width = counter[2], counter[4], window / PARTS
  -- A part leaves the window when 60 others have followed it.
  local function leaves_at(part) return math.max(1, math.ceil((part + 1) * width + window - now)) end
  for first = 1, #older, PART_BYTES do
    local number, counted = struct.unpack(PART_FORMAT, older, first)
    sum = sum - counted
    if sum + n <= max then return leaves_at(number) end
  end
  if n <= max then return leaves_at(counter[1]) end
  return math.ceil(window)
end
