-- Gives what became of the parts of a long text, and begins a record under a new reference number where there is none, or
-- one of a text that was cut in another way.
-- KEYS
--   parts         the record
--   reference     the last reference number
-- ARGV
--   form          how the text was cut
--   total         into how many parts
--   references    how many reference numbers there are
--   parts_ms      life of the record
-- ANSWER
--   fields and values of the record

local form = args.form .. '/' .. args.total
if redis.call('HGET', keys.parts, 'form') ~= form then
  redis.call('DEL', keys.parts)
  local reference = redis.call('INCR', keys.reference) % args.references
  redis.call('HSET', keys.parts, 'form', form, 'total', args.total, 'reference', reference)
end
redis.call('PEXPIRE', keys.parts, args.parts_ms)
return redis.call('HGETALL', keys.parts)
