-- Finds the attempt that a receipt belongs to, or keeps the receipt until the attempt is known. One script, so that a
-- receipt is either seen by the worker that files the message's id, or finds it filed.
-- KEYS
--   provider_message   the attempt that the provider's id belongs to
--   early_receipts     receipts that wait for that
-- ARGV
--   status             what the receipt says
--   receipt            the receipt
--   early_ms           for so long it waits
-- ANSWER
--   { reference of the attempt or '', 1 where the receipt did not wait already }

local reference = redis.call('GET', keys.provider_message)
if reference then return { reference, 0 } end
local is_new = redis.call('HSETNX', keys.early_receipts, args.status, args.receipt)
redis.call('PEXPIRE', keys.early_receipts, args.early_ms)
return { '', is_new }
