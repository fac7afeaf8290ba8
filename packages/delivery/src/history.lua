-- The requests for one number, or with one correlation id: a list, the newest first, of the ids of accepted messages and, as
-- JSON, of refused requests (history.ts).

local function remember_under(key, entry, kept, life_ms)
  if redis.call('LPUSH', key, entry) > kept then redis.call('LTRIM', key, 0, kept - 1) end
  redis.call('PEXPIRE', key, life_ms)
end

-- history: keys, kept (entries at most) and life_ms.
local function remember(history, entry)
  for _, key in ipairs(history.keys) do remember_under(key, entry, history.kept, history.life_ms) end
end

-- Adds a request that screening refuses. verdict and screened are what reach_verdict answers.
local function remember_refusal(history, verdict, screened)
  local refusal, rules = history.refusal, {}
  if verdict[1] == 'blocked' then
    rules[1] = 'blocked'
  else
    for _, state in pairs(screened.states) do
      if state.mode == 'enforce' then rules[#rules + 1] = state.name end
    end
  end
  refusal.rules = rules
  remember(history, cjson.encode(refusal))
end
