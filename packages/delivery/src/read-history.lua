-- The requests for one number, or with one correlation id.
-- KEYS
--   number    what is counted of the number; does not exist for a correlation id
--   list      its other entries
-- ANSWER
--   entries: ids of accepted messages, or refused requests as JSON
--- @include "./history.lua"

local entries = redis.call('LRANGE', keys.list, 0, -1)
for id in string.gmatch(state_of(keys.number).history or '', '%S+') do entries[#entries + 1] = id end
return entries
