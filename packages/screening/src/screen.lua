-- Screening as a transaction asks for it: weigh, and count what is taken.
-- request (screening.ts): keys (one for each group of limits), segments and price (what it costs), address (that pairs are
-- counted by) and, where the plan has a guard, the code of guard-rules.lua. The caller adds plan (screening-plan.ts) and now
-- (only in simulations).
--- @include "./windowed-counter.lua"
--- @include "./plan-rules.lua"
--- @include "./guard-rules.lua"

-- The state of every rule that is reached, by number: counted, max, wait (milliseconds until there is room) and rule (its mode
-- and name). Writes nothing. With `explains`, of every rule, wait being 0 where there is room. The wait of a rule that only
-- records costs more than everything else and only `explain` needs it, so it is 1 otherwise.
local function screen(request, explains)
  local now, plan = clock(request.now), request.plan
  local states, counted_in, tallies, number = {}, { unpack(request.keys) }, {}, 0
  for g = 1, #plan.groups do
    local group = plan.groups[g]
    local shapes, maxima, n = group.shapes, group.maxima, request[group.counts] or 1
    if group.is_pair then counted_in[g] = pair_of(now, counted_in[g], request.address) end
    local key = counted_in[g]
    local tally = tally_of(now, key, shapes)
    tallies[g] = tally
    if explains or not fits(tally, maxima, n) then
      settle(tally)
      for i = 1, #maxima do
        local max, counter = maxima[i], tally.counters[i]
        if explains or counter[2] + n > max then
          local rule = rule_of(plan, number + i)
          local wait = wait_for(now, key, shapes[i], counter, max, n, not explains and rule.mode ~= 'enforce')
          states[number + i] = { counted = counter[2], max = max, wait = wait, rule = rule }
        end
      end
    end
    number = number + #maxima
  end
  local of_country, of_ip
  if plan.guard then of_country, of_ip = weigh_guard(now, plan, request, states, number, explains) end
  return {
    now = now,
    request = request,
    states = states,
    counted_in = counted_in,
    tallies = tallies,
    of_country = of_country,
    of_ip = of_ip,
  }
end

-- Counts the message that was screened; `save_counters` writes it.
local function count_screened(screened, id)
  local now, request = screened.now, screened.request
  local groups = request.plan.groups
  for g = 1, #groups do
    count(now, screened.counted_in[g], screened.tallies[g], request[groups[g].counts] or 1)
  end
  if request.plan.guard then count_unused(now, request, id, screened.of_country, screened.of_ip) end
end
