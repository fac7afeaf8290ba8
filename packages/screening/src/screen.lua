-- Screening as a transaction asks for it: weigh, and count what is taken.
-- request (screening.ts): the fields of one message, now (only in simulations), and its kind, which has the fields that it shares
-- with others and the plan (screening-plan.ts). Where the plan has a guard, also the code of guard-rules.lua.
--- @include "./windowed-counter.lua"
--- @include "./plan-rules.lua"
--- @include "./guard-rules.lua"

-- Messages of one kind count in the same shared counters. Of those that come one after another, a run, only the first is
-- weighed there. It shows for how many of them there is room, and what they count is added at the end of the run.
local run = { taken = 0, room = 0 }
-- The run of each kind has a part for each group of limits: key, shapes, maxima, n, and the tally while it goes on.
local runs = {}

local function end_run()
  if run.taken == 0 then return end
  for p = 1, #run do count(run.now, run[p].key, run[p].tally, run.taken * run[p].n) end
  run.taken, run.room = 0, 0
end

local function new_run(kind)
  local made, plan = { kind = kind, taken = 0 }, kind.plan
  for g, group in ipairs(plan.shared) do
    made[g] = { key = kind.keys[g], shapes = group.shapes, maxima = group.maxima, n = kind[group.counts] or 1 }
  end
  if plan.guard then
    local maxima = maxima_of(plan.guard.country)
    made[#made + 1] = { key = kind.country_counter, shapes = UNUSED_SHAPES, maxima = maxima, n = 1 }
  end
  runs[kind] = made
  return made
end

-- For how many messages, each of which counts for n, there is room.
local function times_in(room, n)
  if n == 1 then return room end
  if n > 0 then return math.floor(room / n) end
  -- What counts for nothing fits unless the maximum is exceeded already.
  return room < 0 and 0 or math.huge
end

local function begin_run(now, kind)
  end_run()
  local next_run, room = runs[kind] or new_run(kind), math.huge
  -- It has no room until all its parts are known: an error in one of them must not let the next message pass.
  run, next_run.now, next_run.room = next_run, now, 0
  for p = 1, #run do
    local part = run[p]
    part.tally = tally_of(now, part.key, part.shapes)
    local times = times_in(room_under(part.tally, part.maxima), part.n)
    if times < room then room = times end
  end
  run.room = room
end

-- Weighs each limit of a group, and adds the states of those that are reached (with `explains`, of all) to states.
local function weigh(now, kind, group, key, states, explains)
  local shapes, maxima, n = group.shapes, group.maxima, kind[group.counts] or 1
  local tally = tally_of(now, key, shapes)
  settle(tally)
  for i = 1, #maxima do
    local max, counter, number = maxima[i], tally.counters[i], group.before + i
    if explains or counter[2] + n > max then
      local rule = rule_of(kind.plan, number)
      local wait = wait_for(now, key, shapes[i], counter, max, n, not explains and rule.mode ~= 'enforce')
      states[number] = { counted = counter[2], max = max, wait = wait, rule = rule }
    end
  end
end

-- What is known of the message that was screened last; of its own groups, what each counts in.
local screened = { keys = {}, tallies = {}, states = {} }

-- The state of every rule that is reached, by number: counted, max, wait (milliseconds until there is room) and rule (its mode
-- and name). Writes nothing. With `explains`, of every rule, wait being 0 where there is room. The wait of a rule that only
-- records costs more than everything else and only `explain` needs it, so it is 1 otherwise.
local function screen(request, explains)
  if next(screened.states) then screened.states = {} end
  local now, kind, states = clock(request.now), request.kind, screened.states
  local plan, keys, tallies = kind.plan, screened.keys, screened.tallies
  screened.now, screened.request = now, request
  for g = 1, #plan.own do
    local group = plan.own[g]
    local key = request[group.counter]
    if group.is_pair then key = pair_of(now, key, request.address) end
    local tally = tally_of(now, key, group.shapes)
    keys[g], tallies[g] = key, tally
    if explains or room_under(tally, group.maxima) < (kind[group.counts] or 1) then
      weigh(now, kind, group, key, states, explains)
    end
  end
  if explains or run.kind ~= kind or run.taken >= run.room then begin_run(now, kind) end
  local is_shared_free = not explains and run.taken < run.room
  if not is_shared_free then
    for g, group in ipairs(plan.shared) do weigh(now, kind, group, kind.keys[g], states, explains) end
  end
  screened.of_ip = plan.guard and weigh_guard(now, request, states, is_shared_free, explains)
  return states
end

-- Counts the message that was screened last; `save_screened` writes it.
local function count_screened(id)
  local now, request = screened.now, screened.request
  local kind = request.kind
  local own = kind.plan.own
  for g = 1, #own do count(now, screened.keys[g], screened.tallies[g], kind[own[g].counts] or 1) end
  run.taken = run.taken + 1
  if kind.plan.guard then remember_code(now, request, id, screened.of_ip) end
end

local function save_screened()
  end_run()
  save_counters()
end
