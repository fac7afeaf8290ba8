-- Stores the end of an attempt.
-- KEYS
--   trace       the steps of the message
-- ARGV
--   number      of the attempt
--   replaces    replaces an earlier result
--   fields      fields and values of its end
-- ANSWER
--   1

-- What a provider told late stays: nothing that anybody asks later says more than accepted.
local result = redis.call('HGET', keys.trace, 'a' .. args.number .. '.result')
if not result or (args.replaces and result ~= 'accepted') then
  redis.call('HSET', keys.trace, unpack(args.fields))
end
return 1
