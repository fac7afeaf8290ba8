-- Gives a message its one outcome, or ends a redelivery.
-- KEYS
--   trace             the steps of the message
--   vault             its sealed payload
--   awaiting          its job, while a receipt may still ask for another attempt
-- ARGV
--   holder            names the lease of the message by a worker
--   trace_ms          life of the trace
--   is_redelivery     the message has its outcome and is sent again
--   job               to keep for a receipt; missing where none can ask for another attempt
--   deadline          of the message, in milliseconds since the epoch
--   number            of the last attempt; 0: there was none
--   replaces          its end replaces an earlier result
--   end_fields        fields and values of its end; may be empty
--   filings           where to file the attempt, see file-attempt.lua; may be empty
--   fields            fields and values of the outcome
-- ANSWER
--   { 1 if this is the first outcome, 1 if a receipt of a curable failure came before, early receipts }
--- @include "./file-attempt.lua"

local attempt = 'a' .. args.number .. '.'
if #args.end_fields > 0 then
  local result = redis.call('HGET', keys.trace, attempt .. 'result')
  if not result or (args.replaces and result ~= 'accepted') then
    redis.call('HSET', keys.trace, unpack(args.end_fields))
  end
end
local outcome = redis.call('HGET', keys.trace, 'outcome')
local is_first = not outcome or redis.call('HGET', keys.trace, 'outcome_holder') == args.holder
if not outcome then redis.call('HSET', keys.trace, 'outcome_holder', args.holder, unpack(args.fields)) end
if redis.call('PTTL', keys.trace) < 0 then redis.call('PEXPIRE', keys.trace, args.trace_ms) end

local early = file_attempt(args.filings, args.trace_ms)
local receipt = redis.call('HGET', keys.trace, attempt .. 'receipt')
local is_curable = redis.call('HGET', keys.trace, attempt .. 'receipt_curable') == '1'
local is_final = receipt and receipt ~= 'sent' and not is_curable
if args.job and not is_final then
  redis.call('SET', keys.awaiting, args.job, 'PXAT', args.deadline)
elseif is_first or args.is_redelivery then
  redis.call('DEL', keys.vault, keys.awaiting)
end
return { is_first and 1 or 0, is_curable and 1 or 0, early }
