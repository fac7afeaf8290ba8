-- Counts what came within the last milliseconds of a window. The time is in milliseconds of one clock, Redis's own. What
-- came is counted for as long as the window, and up to a sixtieth of it longer: within any window there is never more than
-- the sum says.
--- @include "./counted-pairs.lua"

-- Moves a counter to a later part, and forgets what has left the window.
local function move_on(key, name, counter, part)
  local older, are_gone = older_parts(key, name, counter)
  local first = 1
  if are_gone then
    counter[2] = counter[3]
    for _, _, n in each_part(older) do counter[2] = counter[2] + n end
  end
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
  if is_new(key) then return nothing_of(shapes) end
  local counters, found = state_of(key).counters, {}
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
    local older = older_parts(key, name, counter)
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
  for _, number, counted in each_part(older_parts(key, shape[1], counter)) do
    sum = sum - counted
    if sum + n <= max then return leaves_at(number) end
  end
  if n <= max then return leaves_at(counter[1]) end
  return math.ceil(window)
end

-- Many messages of a script count in the same counters. A tally keeps what they add, and is settled once: before anything
-- else looks at its counters, and when the states are written. It knows how much more fits under some maxima (`rooms`), so
-- that most messages are not weighed against each of them.

-- By the names of the counters that shapes have: `by_key` has the tallies, and `of_nothing` is the one of all new subjects.
-- Each plan has shapes of its own, often with the same names, so the same is found by shapes too.
local tallies_by_names, tallies_by_shapes = {}, {}
-- By counter: the tally that adds to it.
local adding = {}

local function tallies_of(shapes)
  local names = ''
  for i = 1, #shapes do names = names .. shapes[i][1] end
  local tallies = tallies_by_names[names]
  if not tallies then
    local counters, life_ms = nothing_of(shapes), life_of(shapes)
    local of_nothing = { shapes = shapes, counters = counters, life_ms = life_ms, added = 0, rooms = {} }
    tallies = { by_key = {}, of_nothing = of_nothing }
    tallies_by_names[names] = tallies
  end
  tallies_by_shapes[shapes] = tallies
  return tallies
end

local function settle(tally)
  if tally.added > 0 then add(tally.now, tally.key, tally.shapes, tally.counters, tally.added) end
  tally.added, tally.rooms = 0, {}
end

-- The tally of a key, for a script in which the clock stands still. An earlier tally that shares only some of its counters is
-- settled and no longer used.
local function tally_of(now, key, shapes)
  local tallies = tallies_by_shapes[shapes] or tallies_of(shapes)
  local tally = tallies.by_key[key]
  if tally then return tally end
  if is_new(key) then return tallies.of_nothing end
  local counters = look(now, key, shapes)
  tally = { now = now, key = key, shapes = shapes, counters = counters, added = 0, rooms = {} }
  for i = 1, #counters do
    local other = adding[counters[i]]
    if other then
      settle(other)
      tallies_by_shapes[other.shapes].by_key[key] = nil
    end
    adding[counters[i]] = tally
  end
  tallies.by_key[key] = tally
  return tally
end

-- How much more fits under all maxima, one for each counter.
local function room_under(tally, maxima)
  local room = tally.rooms[maxima]
  if not room then
    room = math.huge
    for i = 1, #maxima do room = math.min(room, maxima[i] - tally.counters[i][2]) end
    tally.rooms[maxima] = room
  end
  return room - tally.added
end

-- Counts n of a key in the tally that `tally_of` has answered.
local function count(now, key, tally, n)
  if tally.key then
    tally.added = tally.added + n
  elseif is_unknown(key) then
    begin_counting(now, key, tally.shapes, n, tally.life_ms)
  else
    add(now, key, tally.shapes, tally.counters, n)
  end
end

-- Writes the states that changed.
local function save_counters()
  for _, tally in pairs(adding) do settle(tally) end
  save_pairs()
  for key, step in pairs(beginnings) do
    loaded[key] = bytes_of_new(key, step)
    redis.call('SET', key, loaded[key], 'PXAT', time_after(step.until_ms - step.now))
  end
  for key, now in pairs(changed) do
    local ends_at = time_after(loaded[key].until_ms - now)
    redis.call('SET', key, cmsgpack.pack(loaded[key]), 'PXAT', ends_at)
    save_older(key, ends_at)
  end
  changed, beginnings = {}, {}
  for _, entry in ipairs(entries) do entry.values = {} end
end
