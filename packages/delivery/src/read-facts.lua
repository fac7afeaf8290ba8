-- What is known of a message before the next decision about it.
-- KEYS
--   trace     the steps of the message
--   vault     its sealed payload
--   newest    the mark of the newest message for its recipient
--   blocks    destinations that are blocked by hand
-- ARGV
--   id        of the message
-- ANSWER
--   { trace as fields and values, payload or false, 1 where it is the newest, names of the blocks in force }
--- @include "@sms-gateway/screening/blocks.lua"
--- @include "@sms-gateway/screening/windowed-counter.lua"
--- @include "./newest.lua"

local blocks, flat = {}, redis.call('HGETALL', keys.blocks)
for i = 1, #flat, 2 do
  if is_in_force(flat[i + 1], clock()) then blocks[#blocks + 1] = flat[i] end
end
local newest = newest_id(keys.newest)
return {
  redis.call('HGETALL', keys.trace),
  redis.call('GET', keys.vault),
  (not newest or newest == args.id) and 1 or 0,
  blocks,
}
