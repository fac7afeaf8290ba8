-- Evaluates every rule for one message without counting it.
-- KEYS
--   blocks        destinations that are blocked by hand
-- ARGV
--   screening     what verdict.lua is asked
-- ANSWER
--   { { { name, value }, for each block }, { { number, counted, max, wait }, for each rule } }
--- @include "./blocks.lua"
--- @include "./screen.lua"

local blocks = blocks_of(clock(), keys.blocks, args.screening.blockable)
local rules = {}
for number, state in pairs(screen(args.screening, true)) do
  rules[#rules + 1] = { number, tostring(state.counted), tostring(state.max), state.wait }
end
return { blocks, rules }
