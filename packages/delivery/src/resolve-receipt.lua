-- Finds the attempt that a receipt belongs to, or keeps the receipt until the attempt is known. One script, so that a
-- receipt is either seen by the worker that files the message's id, or finds it filed.
-- KEYS
--   early_receipts      receipts that wait for that
-- ARGV
--   provider_messages   keys: where the attempt may be filed
--   status              what the receipt says
--   receipt             the receipt
--   early_ms            for so long it waits
-- ANSWER
--   { for each of these keys the reference of an attempt or '', 1 where the receipt did not wait already }

local found, is_found = {}, false
for i, key in ipairs(args.provider_messages) do
  found[i] = redis.call('GET', key) or ''
  is_found = is_found or found[i] ~= ''
end
if is_found then return { found, 0 } end
local is_new = redis.call('HSETNX', keys.early_receipts, args.status, args.receipt)
redis.call('PEXPIRE', keys.early_receipts, args.early_ms)
return { found, is_new }
