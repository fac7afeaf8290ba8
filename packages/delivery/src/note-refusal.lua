-- Adds a request that was refused before screening to one history.
-- KEYS
--   history    of its number, or of its correlation id
-- ARGV
--   entry      the refusal, as JSON
--   limits     how many entries a history keeps, and its life: kept, life_ms
-- ANSWER
--   1
--- @include "./history.lua"

remember({ keys.history }, args.limits, args.entry)
return 1
