-- Screens a message and writes it down: payload, trace, and which message is the newest for its recipient. Or refuses it and
-- writes nothing.
--
-- Screening is part of it, so that it costs no round trip, and a message is counted if and only if it is written.
--
-- A repeat must change nothing: it would bring back the text of a message that is done, or make an old code the newest
-- again. Only BullMQ's own keys can tell whether a message is a repeat, for only they mean that the job was stored. A trace
-- under this id can only be of the same message long ago; its outcome is not this one's. What was written before and not
-- enqueued (the caller got an error) is in the vault, without an outcome, and was counted then. With an outcome it was sent,
-- and its payload is only kept in case a receipt asks for it.
-- KEYS
--   job              BullMQ's hash of the job
--   deduplication    BullMQ's deduplication key
--   vault            the sealed payload
--   trace            the steps of the message
--   blocks           destinations that are blocked by hand
-- ARGV
--   id               of the message
--   newest           the keys of the newest mark: one for each payload key that made the recipient's hash
--   sealed           the payload
--   vault_ms         life of the payload in milliseconds
--   newest_ms        life of the newest mark
--   trace_ms         life of the trace
--   requested_at     when the caller first wanted it sent, where it tells
--   screening        what verdict.lua is asked
--   fields           fields and values of the trace
-- ANSWER
--   { 'repeat' }, { 'refused', verdict } or { 'accepted', verdict }
--- @include "@sms-gateway/screening/verdict.lua"
--- @include "./newest.lua"

if redis.call('EXISTS', keys.job, keys.deduplication) > 0 then return { 'repeat' } end

local is_counted = redis.call('EXISTS', keys.vault) == 1 and redis.call('HEXISTS', keys.trace, 'outcome') == 0
local verdict, refuses, screened, recorded = reach_verdict(keys.blocks, args.screening, is_counted)
if refuses then return { 'refused', verdict } end
if screened then count_screened(screened, args.id) end

redis.call('SET', keys.vault, args.sealed, 'PX', args.vault_ms)
redis.call('DEL', keys.trace)
redis.call('HSET', keys.trace, unpack(args.fields))
if #recorded > 0 then redis.call('HSET', keys.trace, 'recorded_rules', table.concat(recorded, ',')) end
redis.call('PEXPIRE', keys.trace, args.trace_ms)
for _, key in ipairs(args.newest) do mark_newest(key, args.id, args.requested_at, args.newest_ms) end
return { 'accepted', verdict }
