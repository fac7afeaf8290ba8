-- Writes down the end of an attempt.
-- KEYS
--   trace       the steps of the message
-- ARGV
--   number      of the attempt
--   replaces    replaces a result that was written before
--   fields      fields and values of its end
-- ANSWER
--   1

if args.replaces or redis.call('HEXISTS', keys.trace, 'a' .. args.number .. '.result') == 0 then
  redis.call('HSET', keys.trace, unpack(args.fields))
end
return 1
