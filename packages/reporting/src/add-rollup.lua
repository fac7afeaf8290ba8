-- Adds what one process counted to the roll-ups of a minute and of its hour.
-- KEYS
--   minute
--   hour
-- ARGV
--   counts    by series
--   keep_ms   how long each roll-up stays, from its last addition on
-- ANSWER
--   nil

for _, key in ipairs({ keys.minute, keys.hour }) do
  for series, count in pairs(args.counts) do redis.call('HINCRBY', key, series, count) end
  redis.call('PEXPIRE', key, args.keep_ms)
end
