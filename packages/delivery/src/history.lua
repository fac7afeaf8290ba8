-- The requests for one number, or with one correlation id: a list, the newest first, of the ids of accepted messages and, as
-- JSON, of refused requests (history.ts).
--- @include "@sms-gateway/screening/clock.lua"

local function remember_under(key, entry, kept, life_ms)
  if redis.call('LPUSH', key, entry) > kept then redis.call('LTRIM', key, 0, kept - 1) end
  redis.call('PEXPIREAT', key, time_after(life_ms))
end

-- limits: kept (entries at most) and life_ms.
local function remember(keys_of, limits, entry)
  for _, key in ipairs(keys_of) do remember_under(key, entry, limits.kept, limits.life_ms) end
end

-- Adds a request that screening refuses. verdict and screened are what reach_verdict answers.
local function remember_refusal(keys_of, limits, refusal, verdict, screened)
  local rules = {}
  if verdict[1] == 'blocked' then
    rules[1] = 'blocked'
  else
    for _, state in pairs(screened.states) do
      if state.mode == 'enforce' then rules[#rules + 1] = state.name end
    end
  end
  refusal.rules = rules
  remember(keys_of, limits, cjson.encode(refusal))
end
