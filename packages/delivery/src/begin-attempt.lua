-- Begins an attempt, before its provider is called, and stores the end of the previous one.
-- KEYS
--   trace                    the steps of the message
--   newest                   the mark of the newest message for its recipient
--   blocks                   destinations that are blocked by hand
--   segments                 counters of what is spent: by the connection
--   overall_segments         by all connections
--   price                    in money, by the connection
--   overall_price            and by all
-- ARGV
--   id                       of the message
--   holder                   names the lease of the message by a worker
--   number                   of the attempt, from 1
--   is_redelivery            the message has its outcome and is sent again
--   costs_again              an earlier attempt may have cost something
--   previous                 fields and values of the end of the previous attempt; may be empty
--   block_names              the names under which its destination can be blocked
--   spend_shape              name and window of these counters
--   fields                   fields and values of the attempt
-- ANSWER
--   'begun', 'superseded', 'blocked', 'concluded', 'settled' or 'stale' (DeliveryStore.begin)
--- @include "@sms-gateway/screening/blocks.lua"
--- @include "@sms-gateway/screening/windowed-counter.lua"
--- @include "./newest.lua"

-- After a failover to a Redis that never had the message, nothing of it may be sent: there would be no trace of it.
if redis.call('HEXISTS', keys.trace, 'accepted_at') == 0 then return 'stale' end
local begun = tonumber(redis.call('HGET', keys.trace, 'attempts') or '0')
if begun >= args.number then
  local is_own = begun == args.number and redis.call('HGET', keys.trace, 'a' .. begun .. '.holder') == args.holder
  return is_own and 'begun' or 'stale'
end
if #args.previous > 0 and redis.call('HEXISTS', keys.trace, 'a' .. (args.number - 1) .. '.result') == 0 then
  redis.call('HSET', keys.trace, unpack(args.previous))
end
if not args.is_redelivery and redis.call('HEXISTS', keys.trace, 'outcome') == 1 then return 'concluded' end
-- This applies to redeliveries too: a worker that was presumed dead may have stored its result meanwhile.
local before = 'a' .. (args.number - 1) .. '.'
local is_taken = redis.call('HGET', keys.trace, before .. 'result') == 'accepted'
if is_taken and redis.call('HGET', keys.trace, before .. 'receipt_curable') ~= '1' then return 'settled' end
local newest = newest_id(keys.newest)
if newest and newest ~= args.id then return 'superseded' end
local now = clock()
if blocked_by(now, keys.blocks, args.block_names) then return 'blocked' end
redis.call('HSET', keys.trace, 'attempts', args.number, unpack(args.fields))

-- The counters are the ingress's, which counts in them only where the configuration has a cap.
local function count_again(key, cost)
  if not cost or redis.call('EXISTS', key) == 0 then return end
  local shapes = { args.spend_shape }
  add(now, key, shapes, look(now, key, shapes), cost)
end
if args.costs_again then
  local spent = redis.call('HMGET', keys.trace, 'spend_segments', 'spend_price')
  local segments, price = tonumber(spent[1] or nil), tonumber(spent[2] or nil)
  count_again(keys.segments, segments)
  count_again(keys.overall_segments, segments)
  count_again(keys.price, price)
  count_again(keys.overall_price, price)
  save_counters()
end
return 'begun'
