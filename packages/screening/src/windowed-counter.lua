-- Counts what came within the last milliseconds of a window. The time is in milliseconds of one clock, Redis's own. What
-- came is counted for as long as the window, and up to a sixtieth of it longer: within any window there is never more than
-- the sum says.
--
-- Everything that is counted for one subject is one string, so that a script reads and writes it with one command each,
-- however many messages it weighs: `load_counters` reads many keys at once, `save_counters` writes those that changed. In
-- between, all functions work on tables. A state has
--   counters    by name: { part, sum, here, older }. `part` is the latest sixtieth of the window, by its number since the
--               epoch; `here` was counted in it; `older` are the parts before it (older-parts.lua).
--   until_ms    when Redis may forget it
-- and whatever else is remembered of the subject (guard-rules.lua).
--
-- Most numbers and addresses are new. Of those that are counted alike, all states are the same but for what else is
-- remembered, so a script makes the bytes once (`bytes_of_new`) and no tables for each.

--- @include "./older-parts.lua"

local PARTS = 60
-- No window is longer (packages/config), and what it counted is kept for a sixtieth of it more.
local MAX_WINDOW_MS = 86400000 * 61 / 60

-- By key: `loaded` has the state, or its bytes until they are needed, or false where there is none. `changed` has the time of
-- those to be written. `beginnings` has what is counted of a new subject, `remembered`, by name, what else is remembered of it,
-- and `looked`, by shapes, what `look` has found.
local loaded, changed, looked, beginnings, remembered = {}, {}, {}, {}, {}

-- The table under a key of another table, which is made if it is missing.
local function table_at(map, key)
  local found = map[key]
  if not found then
    found = {}
    map[key] = found
  end
  return found
end

-- Reads keys, each of which is given once.
local function load_counters(keys)
  if #keys == 0 then return end
  for i, packed in ipairs(redis.call('MGET', unpack(keys))) do loaded[keys[i]] = packed end
end

local function is_unknown(key)
  if loaded[key] == nil then loaded[key] = redis.call('GET', key) end
  return not loaded[key]
end

-- How the state of a new subject begins: what is counted, one step after the other, as a chain of tables that is shared by
-- all subjects with the same steps.
local first_step, steps_at = {}, nil
local NO_SHAPES = {}

local function next_step(before, now, shapes, n, life_ms)
  local of_shapes = table_at(before, shapes)
  local step = of_shapes[n]
  if not step then
    step = { before = before, now = now, shapes = shapes, n = n, until_ms = math.ceil(now + life_ms) }
    step.until_ms = math.max(step.until_ms, before.until_ms or 0)
    of_shapes[n] = step
  end
  return step
end

-- Counts n of a new subject, which is remembered for so long at least.
local function begin_counting(now, key, shapes, n, life_ms)
  if steps_at ~= now then first_step, steps_at = {}, now end
  beginnings[key] = next_step(beginnings[key] or first_step, now, shapes, n, life_ms)
end

local function counters_after(step)
  if not step.before then return {} end
  local counters = counters_after(step.before)
  for _, shape in ipairs(step.shapes) do
    local name, part = shape[1], math.floor(step.now * PARTS / shape[2])
    local counter = counters[name] or { part, 0, 0, '' }
    counter[2], counter[3] = counter[2] + step.n, counter[3] + step.n
    counters[name] = counter
  end
  return counters
end

-- The bytes of a new state: a map of counters, until_ms, and what else is remembered.
local function bytes_of_new(key, step)
  if not step.packed then
    step.packed = cmsgpack.pack('counters', counters_after(step), 'until_ms', step.until_ms)
  end
  local bytes, entries = step.packed, 2
  for name, by_key in pairs(remembered) do
    if by_key[key] then bytes, entries = bytes .. name .. by_key[key], entries + 1 end
  end
  return string.char(128 + entries) .. bytes
end

-- Remembers something of a new subject that is counted, too: its name and value, each packed. False if the subject is not new.
local function remember_of_new(key, name, value)
  local by_key = table_at(remembered, name)
  if not is_unknown(key) or by_key[key] then return false end
  by_key[key] = value
  return true
end

local function state_of(key)
  local state, step = loaded[key], beginnings[key]
  if type(state) == 'table' then return state end
  if step then
    state = cmsgpack.unpack(bytes_of_new(key, step))
    beginnings[key], changed[key] = nil, step.now
    for _, by_key in pairs(remembered) do by_key[key] = nil end
  else
    state = is_unknown(key) and { counters = {}, until_ms = 0 } or cmsgpack.unpack(loaded[key])
  end
  loaded[key] = state
  return state
end

-- Has the state written by save_counters, and remembered for so long at least.
local function touch(key, now, life_ms)
  -- Nothing is counted: n only keeps the steps of different lives apart.
  if is_unknown(key) then return begin_counting(now, key, NO_SHAPES, life_ms, life_ms) end
  local state = state_of(key)
  state.until_ms = math.max(state.until_ms, math.ceil(now + life_ms))
  changed[key] = now
end

-- What is counted of a number and an address together is inside the state of the number, as a state of its own in `pairs`,
-- and takes no key and no command: `inside` has, by key, the number's key and the address. Where a number has met too many
-- addresses, further ones have keys of their own, for as long as these may count (`alone_ms`).
local MAX_INSIDE = 20
local inside = {}
local PAIRS = cmsgpack.pack('pairs')

local function size_of(map)
  local size = 0
  for _ in pairs(map) do size = size + 1 end
  return size
end

-- The key of a number and an address together, for `look` and `add`.
local function pair_of(now, number, address)
  local key = number .. '.' .. address
  if loaded[key] ~= nil then return key end
  local state = (beginnings[number] or not is_unknown(number)) and state_of(number) or {}
  local known = state.pairs and state.pairs[address]
  if not known and state.pairs then
    for other, of_pair in pairs(state.pairs) do
      if of_pair.until_ms <= now then state.pairs[other] = nil end
    end
  end
  local is_full = state.pairs and size_of(state.pairs) >= MAX_INSIDE
  if known or not (is_full or (state.alone_ms or 0) > now) then
    loaded[key], inside[key] = known or false, { number, address }
  else
    state.alone_ms = now + MAX_WINDOW_MS
  end
  return key
end

-- Puts what is counted of pairs into the states of their numbers.
local function save_pairs()
  for key, place in pairs(inside) do
    local number, address, step = place[1], place[2], beginnings[key]
    local now = step and step.now or changed[key]
    if now then
      touch(number, now, (step or loaded[key]).until_ms - now)
      local is_stored = step and remember_of_new(number, PAIRS, '\129' .. cmsgpack.pack(address) .. bytes_of_new(key, step))
      if not is_stored then
        local of_pair, state = state_of(key), state_of(number)
        state.pairs = state.pairs or {}
        state.pairs[address] = of_pair
      end
      beginnings[key], changed[key] = nil, nil
    end
  end
end

local function save_counters()
  for key, now in pairs(changed) do save_older(key, time_after(loaded[key].until_ms - now)) end
  save_pairs()
  for key, step in pairs(beginnings) do
    loaded[key] = bytes_of_new(key, step)
    redis.call('SET', key, loaded[key], 'PXAT', time_after(step.until_ms - step.now))
  end
  for key, now in pairs(changed) do
    local state = loaded[key]
    redis.call('SET', key, cmsgpack.pack(state), 'PXAT', time_after(state.until_ms - now))
  end
  changed, beginnings, remembered = {}, {}, {}
end

-- Moves a counter to a later part, and forgets what has left the window.
local function move_on(key, name, counter, part)
  local older, first = older_parts(key, name, counter), 1
  -- Where they are gone, they have all left the window.
  if not older then older, counter[2] = '', counter[3] end
  if counter[3] > 0 then older = older .. pack_part(counter[1], counter[3]) end
  for at, number, n in each_part(older) do
    if number >= part - PARTS then break end
    counter[2] = counter[2] - n
    first = at + PART_BYTES
  end
  counter[1], counter[3] = part, 0
  keep_older(key, name, counter, first > 1 and string.sub(older, first) or older)
end

-- What is counted of a subject of which nothing is known.
local nothing = {}
local function nothing_of(shapes)
  local counters = nothing[shapes]
  if not counters then
    counters = { is_nothing = true }
    for i = 1, #shapes do counters[i] = { 0, 0, 0, '' } end
    nothing[shapes] = counters
  end
  return counters
end

-- The current counters of a key, one for each shape { name, window }. With a clock that went back (a failover), it
-- counts into the latest part that is known.
local function look(now, key, shapes)
  if is_unknown(key) and not beginnings[key] then return nothing_of(shapes) end
  local of_shapes = table_at(looked, shapes)
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
      move_on(key, name, counter, part)
    end
    found[i] = counter
  end
  of_shapes[key] = found
  return found
end

-- For how long counters of these shapes are kept.
local lives = {}
local function life_of(shapes)
  if not lives[shapes] then
    local longest = 0
    for i = 1, #shapes do longest = math.max(longest, shapes[i][2]) end
    lives[shapes] = longest + longest / PARTS
  end
  return lives[shapes]
end

-- Adds n to counters of one key that `look` has found.
local function add(now, key, shapes, counters, n)
  if counters.is_nothing then
    if is_unknown(key) then return begin_counting(now, key, shapes, n, life_of(shapes)) end
    counters = look(now, key, shapes)
  end
  for i = 1, #counters do
    local counter = counters[i]
    counter[2], counter[3] = counter[2] + n, counter[3] + n
  end
  touch(key, now, life_of(shapes))
end

-- Removes what was counted at that time, if it is still in the window.
local function take_back(now, key, shape, at, n)
  local name, counter, part = shape[1], look(now, key, { shape })[1], math.floor(at * PARTS / shape[2])
  local less = 0
  if part == counter[1] then
    less = math.min(n, counter[3])
    counter[3] = counter[3] - less
  else
    local older = older_parts(key, name, counter) or ''
    for first, number, counted in each_part(older) do
      if number == part then
        less = math.min(n, counted)
        keep_older(key, name, counter, string.sub(older, 1, first - 1) .. pack_part(part, counted - less) ..
          string.sub(older, first + PART_BYTES))
        break
      end
    end
  end
  if less == 0 then return end
  counter[2] = counter[2] - less
  touch(key, now, 1)
end

-- Milliseconds until n more fit under max; 0 if they fit now, the whole window if they never fit. With is_rough, 1 if they do
-- not fit now. counter: what `look` has found for the key and the shape.
local function wait_for(now, key, shape, counter, max, n, is_rough)
  if counter[2] + n <= max then return 0 end
  if is_rough then return 1 end
  local sum, window, width = counter[2], shape[2], shape[2] / PARTS
  -- A part leaves the window when 60 others have followed it.
  local function leaves_at(part) return math.max(1, math.ceil((part + 1) * width + window - now)) end
  for _, number, counted in each_part(older_parts(key, shape[1], counter) or '') do
    sum = sum - counted
    if sum + n <= max then return leaves_at(number) end
  end
  if n <= max then return leaves_at(counter[1]) end
  return math.ceil(window)
end
