-- Writes a receipt into the trace of its attempt, if it says more than the one before. A failure puts the message back
-- as long as no next attempt has begun, even if the receipt is a repeat: the process that entered it first may have died
-- before it put the message back.
-- KEYS
--   trace                the steps of the message
--   vault                its sealed payload
--   filed                what the receipt's own id is filed for
--   awaiting             its job, while a receipt may still ask for another attempt
-- ARGV
--   number               of the attempt
--   provider             that the receipt is from, where the receipt's URL names the attempt
--   provider_message_id  the provider's message id, if known
--   status               what the receipt says
--   code                 the provider's reason, if known
--   at                   milliseconds since the epoch
--   is_curable           it did not arrive, and another provider may succeed
--   ranks                how much each status says
--   part                 what it is filed for where it is the id of a further part, whose delivery does not deliver the
--                        message
--   must_match           the provider's id must be the one that the attempt has, where it has one
-- ANSWER
--   { 'applied', 'repeated', 'unknown_message' or 'other_message', connection, country, time of acceptance,
--     job to put back or '', status that counts }

local field = 'a' .. args.number .. '.'
local known = redis.call('HMGET', keys.trace, field .. 'provider', field .. 'receipt', field .. 'provider_message_id',
  'connection', 'country', 'accepted_at', 'attempts', 'outcome')
local provider, before, id, connection, country, accepted_at, attempts, outcome = unpack(known)
local kind, status = 'repeated', args.status
if not provider or (args.provider and provider ~= args.provider) then
  return { 'unknown_message', '', '', '', '', status }
end
if args.must_match and id and id ~= args.provider_message_id then return { 'other_message', '', '', '', '', status } end
if status == 'delivered' and redis.call('GET', keys.filed) == args.part then status = 'sent' end
if (args.ranks[before] or 0) < args.ranks[status] then
  kind = 'applied'
  redis.call('HSET', keys.trace, field .. 'receipt', status, field .. 'receipt_at', args.at,
    field .. 'receipt_curable', args.is_curable and 1 or 0)
  if args.code then
    redis.call('HSET', keys.trace, field .. 'receipt_code', args.code)
  else
    redis.call('HDEL', keys.trace, field .. 'receipt_code')
  end
  if args.provider_message_id and not id then
    redis.call('HSET', keys.trace, field .. 'provider_message_id', args.provider_message_id)
  end
end
if status ~= 'sent' and not args.is_curable and outcome then redis.call('DEL', keys.vault, keys.awaiting) end
local job = ''
if args.is_curable and outcome == 'sent' and tonumber(attempts) == args.number then
  job = redis.call('GET', keys.awaiting) or ''
end
return { kind, connection or '', country or '', accepted_at or '0', job, status }
