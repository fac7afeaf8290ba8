-- Gives a message its one outcome, or ends a redelivery.
--- @include "./file-attempt.lua"

-- step:
--   id                       of the message
--   holder                   names the lease of the message by a worker
--   is_redelivery            the message has its outcome and is sent again
--   job                      to keep for a receipt; missing where none can ask for another attempt
--   deadline                 of the message, in milliseconds since the epoch
--   number                   of the last attempt; 0: there was none
--   replaces                 its end replaces an earlier result
--   rests_on                 the result of that attempt without which the outcome would be another; missing where it stands
--   end_fields               fields and values of its end; may be empty
--   filings                  where to file the attempt, see file-attempt.lua; may be empty
--   fields                   fields and values of the outcome
-- `awaiting` has the job while a receipt may still ask for another attempt.
-- Answers whether nothing was written because somebody has stored another result meanwhile; if not, whether this is the first
-- outcome, whether a receipt of a curable failure came before, and the early receipts.
local function conclude(prefixes, step, trace_ms)
  local trace, attempt = prefixes.trace .. step.id, 'a' .. step.number .. '.'
  local outcome, holder, result, receipt, receipt_curable = unpack(redis.call('HMGET', trace, 'outcome', 'outcome_holder',
    attempt .. 'result', attempt .. 'receipt', attempt .. 'receipt_curable'))
  if not outcome and result and step.rests_on and result ~= step.rests_on then return true, false, false, {} end
  local written = {}
  local function write(fields)
    for i = 1, #fields do written[#written + 1] = fields[i] end
  end
  if not result or (step.replaces and result ~= 'accepted') then write(step.end_fields) end
  if not outcome then
    write({ 'outcome_holder', step.holder })
    write(step.fields)
  end
  if #written > 0 then redis.call('HSET', trace, unpack(written)) end
  if redis.call('PTTL', trace) < 0 then redis.call('PEXPIRE', trace, trace_ms) end

  local is_first = not outcome or holder == step.holder
  local early = file_attempt(step.filings, trace_ms)
  local is_curable = receipt_curable == '1'
  local is_final = receipt and receipt ~= 'sent' and not is_curable
  if step.job and not is_final then
    redis.call('SET', prefixes.awaiting .. step.id, step.job, 'PXAT', step.deadline)
  elseif is_first or step.is_redelivery then
    redis.call('DEL', prefixes.vault .. step.id, prefixes.awaiting .. step.id)
  end
  return false, is_first, is_curable, early
end
