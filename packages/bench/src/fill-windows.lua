-- Counts in every part of every window of the counters that the benchmark's messages share, as after a day without a pause.
-- KEYS
--   guard_country   what the guard counts for the country of the messages
-- ARGV
--   limits          what limits count: each with key and shapes
--   each            how much to count in every part
-- ANSWER
--   1
--- @include "@sms-gateway/screening/guard-counters.lua"

local function fill(key, shape)
  local now, shapes = clock(), { shape }
  for part = PARTS, 0, -1 do
    local at = now - part * shape[2] / PARTS
    add(at, key, shapes, look(at, key, shapes), args.each)
  end
end

for _, limit in ipairs(args.limits) do
  for _, shape in ipairs(limit.shapes) do fill(limit.key, shape) end
end
for _, shape in ipairs(UNUSED_SHAPES) do fill(keys.guard_country, shape) end
save_counters()
return 1
