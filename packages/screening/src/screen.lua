-- Screening as a transaction asks for it: weigh, and count what is taken.
-- request (screening-plan.ts): plan, keys (one for each group of limits), cost (segments, price), code (where the plan has
-- a guard), now (only in simulations).
--- @include "./windowed-counter.lua"
--- @include "./guard-rules.lua"

-- The state of every rule that is reached, by number: counted, max, wait (milliseconds until there is room) and the rule's
-- mode and name. Writes nothing. With `explains`, of every rule, wait being 0 where there is room. To find out for how long
-- a rule that only records would hold a message up costs more than everything else, and nobody needs it but who asks for an
-- explanation: it is 1 otherwise.
local function screen(request, explains)
  local now, plan, amounts = clock(request.now), request.plan, request.cost
  local states, groups, number = {}, {}, 0
  local function weigh(at, mode, name, counter, max, n)
    if has_room(counter, max, n) then
      if explains then states[at] = { counted = counter.sum, max = max, wait = 0, mode = mode, name = name } end
      return
    end
    local wait = (explains or mode == 'enforce') and wait_for(counter, max, n) or 1
    states[at] = { counted = counter.sum, max = max, wait = wait, mode = mode, name = name }
  end
  for g, group in ipairs(plan.groups) do
    local counters, costs = look(now, request.keys[g], group.shapes), {}
    for i, limit in ipairs(group.limits) do
      number = number + 1
      costs[i] = amounts[limit.counts] or 1
      weigh(number, limit.mode, limit.name, counters[i], limit.max, costs[i])
    end
    groups[g] = { counters, costs }
  end
  local screened = { now = now, request = request, states = states, groups = groups }
  local guard = plan.guard
  if guard then
    screened.unused = weigh_guard(now, guard, request.code, function(rule, counter, max)
      weigh(number + rule, guard.mode, guard.rules[rule], counter, max, 1)
    end, function(rule, counted, max, wait)
      if wait == 0 and not explains then return end
      states[number + rule] = { counted = counted, max = max, wait = wait, mode = guard.mode, name = guard.rules[rule] }
    end)
  end
  return screened
end

-- Counts the message that was screened.
local function count_screened(screened, id)
  for _, group in ipairs(screened.groups) do add(group[1], group[2]) end
  if screened.unused then count_unused(screened.now, screened.unused, screened.request.code, id) end
end
