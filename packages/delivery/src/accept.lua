-- Screens a message and writes it down: payload, trace, and which message is the newest for its recipient. Or refuses it and
-- writes nothing.
--
-- Screening is part of it, so that it costs no round trip, and a message is counted if and only if it is written.
--
-- Every message has an id of its own. Whether it is a repeat, the repeat key tells: it holds the id of the message that was
-- accepted last under it. A repeat must change nothing: it would bring back the text of a message that is done, or make an
-- old code the newest again. It is one if that message's job was stored, which only BullMQ's own keys can tell. Where it was
-- not, its acceptance is under way in another process, or was cut off and answered with an error. If that was a moment ago,
-- it is taken up again under its own id and with its own deadline, and not counted twice: all who ask at once, and an `add`
-- that Redis gets late, then put the same job into the queue. Otherwise the message is a new one.
-- KEYS
--   repeat_key       the id of the message that was accepted last under the repeat key
--   job              BullMQ's hash of the job
--   deduplication    BullMQ's deduplication key
--   vault            the sealed payload
--   trace            the steps of the message
--   blocks           destinations that are blocked by hand
-- ARGV
--   id               of the message
--   accepted_at      milliseconds since the epoch
--   repeat_ms        life of the repeat key
--   resume_ms        for so long after its acceptance a message that was not enqueued is taken up again
--   newest           the keys of the newest mark: one for each payload key that made the recipient's hash
--   sealed           the payload
--   vault_ms         life of the payload in milliseconds
--   newest_ms        life of the newest mark
--   trace_ms         life of the trace
--   requested_at     when the caller first wanted it sent, where it tells
--   screening        what verdict.lua is asked
--   history          where the message belongs, and the refusal that it may be (history.lua)
--   fields           fields and values of the trace
-- ANSWER
--   { 'repeat', id of the first }, { 'refused', verdict }, { 'accepted', verdict },
--   or { 'resumed', verdict, id, accepted_at, deadline }
--- @include "@sms-gateway/screening/verdict.lua"
--- @include "./newest.lua"
--- @include "./history.lua"

-- The key of the same kind of another message: every key ends with the id.
local function key_of(id, key)
  return string.sub(key, 1, #key - #args.id) .. id
end

local first = redis.call('GET', keys.repeat_key)
local first_at, deadline
if first then
  if redis.call('EXISTS', key_of(first, keys.job), key_of(first, keys.deduplication)) > 0 then return { 'repeat', first } end
  if redis.call('EXISTS', key_of(first, keys.vault)) == 1 then
    local accepted_at, expires_at, outcome =
      unpack(redis.call('HMGET', key_of(first, keys.trace), 'accepted_at', 'deadline', 'outcome'))
    if not outcome and accepted_at and args.accepted_at - accepted_at < args.resume_ms then
      first_at, deadline = accepted_at, expires_at
    end
  end
end

local verdict, refuses, screened, recorded = reach_verdict(keys.blocks, args.screening, first_at ~= nil)
if refuses then
  remember_refusal(args.history, verdict, screened)
  return { 'refused', verdict }
end
if first_at then
  for _, key in ipairs(args.newest) do mark_newest(key, first, args.requested_at, args.newest_ms) end
  return { 'resumed', verdict, first, first_at, deadline }
end
if screened then count_screened(screened, args.id) end

redis.call('SET', keys.repeat_key, args.id, 'PX', args.repeat_ms)
redis.call('SET', keys.vault, args.sealed, 'PX', args.vault_ms)
redis.call('HSET', keys.trace, unpack(args.fields))
if #recorded > 0 then redis.call('HSET', keys.trace, 'recorded_rules', table.concat(recorded, ',')) end
redis.call('PEXPIRE', keys.trace, args.trace_ms)
for _, key in ipairs(args.newest) do mark_newest(key, args.id, args.requested_at, args.newest_ms) end
remember(args.history, args.id)
return { 'accepted', verdict }
