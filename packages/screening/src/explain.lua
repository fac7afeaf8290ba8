-- Evaluates every rule for one message without counting it.
-- KEYS
--   blocks        destinations that are blocked by hand
-- ARGV
--   block_names   the names under which the destination can be blocked
--   screening     what screen.lua is asked
-- ANSWER
--   { { value or false, for each of the names }, { { number, counted, max, wait }, for each rule } }
--- @include "./blocks.lua"
--- @include "./screen.lua"

local blocks = redis.call('HMGET', keys.blocks, unpack(args.block_names))
for i, value in ipairs(blocks) do blocks[i] = is_in_force(value, clock()) and value or false end
local rules = {}
for number, state in pairs(screen(args.screening, true).states) do
  rules[#rules + 1] = { number, tostring(state.counted), tostring(state.max), state.wait }
end
return { blocks, rules }
