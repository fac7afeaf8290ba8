-- The requests for one number, or with one correlation id (history.ts). The ids of accepted messages for a number are in the
-- state that it is counted in, which is written anyway. Everything else is in a list, the newest first: ids with a correlation
-- id and, as JSON, refused requests.
--- @include "@sms-gateway/screening/windowed-counter.lua"

-- limits: kept (entries at most) and life_ms.
local function remember(lists, limits, entry)
  for _, list in ipairs(lists) do
    if redis.call('LPUSH', list, entry) > limits.kept then redis.call('LTRIM', list, 0, limits.kept - 1) end
    redis.call('PEXPIREAT', list, time_after(limits.life_ms))
  end
end

local HISTORY = new_entry('history')

-- Adds an accepted message to the state of its number, the oldest first. Every id is as long as the others.
local function remember_accepted(number, limits, id, now)
  local entry = id .. ' '
  if not remember_of_new(number, HISTORY, cmsgpack.pack(entry)) then
    local state = state_of(number)
    state.history = string.sub((state.history or '') .. entry, -limits.kept * #entry)
  end
  touch(number, now, limits.life_ms)
end

-- Adds a request that screening refuses. verdict and states are what reach_verdict answers.
local function remember_refusal(lists, limits, refusal, verdict, states)
  local rules = {}
  if verdict[1] == 'blocked' then
    rules[1] = 'blocked'
  else
    for _, state in pairs(states) do
      if state.rule.mode == 'enforce' then rules[#rules + 1] = state.rule.name end
    end
  end
  refusal.rules = rules
  remember(lists, limits, cjson.encode(refusal))
end
