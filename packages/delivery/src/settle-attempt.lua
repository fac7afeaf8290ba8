-- Writes down what an attempt came to that had been given up for unknown, when its provider tells late.
-- KEYS
--   trace       the steps of the message
-- ARGV
--   number      of the attempt
--   provider    that tells
--   trace_ms    life of the trace
--   fields      fields and values of its end
--   filings     where to file it, see file-attempt.lua; may be empty
-- ANSWER
--   { 1 where it was unknown until now, early receipts }
--- @include "./file-attempt.lua"

local field = 'a' .. args.number .. '.'
local known = redis.call('HMGET', keys.trace, field .. 'provider', field .. 'result')
if known[1] ~= args.provider then return { 0, {} } end
local is_settled = not known[2] or known[2] == 'unknown'
if is_settled then
  redis.call('HDEL', keys.trace, field .. 'code')
  redis.call('HSET', keys.trace, unpack(args.fields))
end
return { is_settled and 1 or 0, file_attempt(args.filings, args.trace_ms) }
