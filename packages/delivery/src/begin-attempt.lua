-- Begins an attempt, before its provider is called, and stores the end of the previous one.
--- @include "@sms-gateway/screening/windowed-counter.lua"
--- @include "./newest.lua"

-- step:
--   id, recipientKey         of the message
--   holder                   names the lease of the message by a worker
--   number                   of the attempt, from 1
--   is_redelivery            the message has its outcome and is sent again
--   spend                    keys of the counters of what is spent: segments and price, by the connection and by all; missing
--                            where no earlier attempt may have cost something
--   previous                 fields and values of the end of the previous attempt; may be empty
--   rests_on                 the result that this end has; missing where there is none
--   block_names              the names under which its destination can be blocked; missing where nothing was blocked when the
--                            facts were read
--   fields                   fields and values of the attempt
-- 'begun', 'superseded', 'blocked', 'concluded', 'settled', 'outdated' or 'stale' (DeliveryStore.begin)
local function begin_attempt(prefixes, step, blocks, spend_shape)
  local trace, own, before = prefixes.trace .. step.id, 'a' .. step.number .. '.', 'a' .. (step.number - 1) .. '.'
  local accepted_at, attempts, holder, outcome, result, is_curable = unpack(redis.call('HMGET', trace, 'accepted_at',
    'attempts', own .. 'holder', 'outcome', before .. 'result', before .. 'receipt_curable'))
  -- After a failover to a Redis that never had the message, nothing of it may be sent: there would be no trace of it.
  if not accepted_at then return 'stale' end
  local begun = tonumber(attempts or '0')
  if begun >= step.number then
    return begun == step.number and holder == step.holder and 'begun' or 'stale'
  end
  -- The attempt before is not known here: the facts were read from a Redis that was replaced before it was durable.
  if begun < step.number - 1 then return 'stale' end
  if #step.previous > 0 and not result then
    redis.call('HSET', trace, unpack(step.previous))
    result = redis.call('HGET', trace, before .. 'result')
  end
  if step.number > 1 and not result then return 'outdated' end
  if not step.is_redelivery and outcome then return 'concluded' end
  -- Somebody has stored another result meanwhile, and the decision to send rests on that of the caller.
  if result and step.rests_on and result ~= step.rests_on then return 'settled' end
  -- This applies to redeliveries too: a worker that was presumed dead may have stored its result meanwhile.
  if result == 'accepted' and is_curable ~= '1' then return 'settled' end
  local newest = newest_id(prefixes.newest .. step.recipientKey)
  if newest and newest ~= step.id then return 'superseded' end
  if #blocks.names() > 0 and (not step.block_names or blocks.has_any(step.block_names)) then return 'blocked' end
  -- The counters are the ingress's, which counts in them only where the configuration has a cap.
  local function count_again(key, cost)
    if not cost or redis.call('EXISTS', key) == 0 then return end
    local now, shapes = clock(), { spend_shape }
    add(now, key, shapes, look(now, key, shapes), tonumber(cost))
  end
  local spend = step.spend
  if spend then
    local segments, price = unpack(redis.call('HMGET', trace, 'spend_segments', 'spend_price'))
    count_again(spend.segments, segments)
    count_again(spend.overall_segments, segments)
    count_again(spend.price, price)
    count_again(spend.overall_price, price)
  end
  -- Last, because an attempt that is begun counts as made.
  redis.call('HSET', trace, 'attempts', step.number, unpack(step.fields))
  return 'begun'
end
