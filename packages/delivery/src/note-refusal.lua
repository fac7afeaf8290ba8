-- Adds a request that was refused before screening to one history.
-- KEYS
--   history    of its number, or of its correlation id
-- ARGV
--   entry      the refusal, as JSON
--   kept       entries that are kept at most
--   life_ms    life of the history
-- ANSWER
--   1
--- @include "./history.lua"

remember_under(keys.history, args.entry, args.kept, args.life_ms)
return 1
