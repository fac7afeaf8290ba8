-- Screens messages. For each of them it either stores everything (payload, trace, newest mark of its recipient, and job in
-- the queue) or refuses it and stores nothing. All in one script, so that a message is in the queue if and only if it is
-- stored, and counted if and only if it is in the queue.
--
-- Messages that arrive at the same moment share the script (group commit): one command, one fsync, and what they have in
-- common is read and written once. Each has its own answer; an error in one leaves the others alone.
--
-- Every message has its own id. The repeat key says whether it is a repeat (repeat.lua).
-- KEYS
--   wait             BullMQ's waiting jobs
--   active           its active jobs
--   meta             its settings of the queue
--   marker           what wakes its workers
--   blocks           destinations that are blocked by hand
-- ARGV
--   now              only in simulations
--   plans            the screening plans of the messages
--   trace_ms         life of a trace
--   job_options      BullMQ's options of a job: JSON without the closing brace
--   job_name         BullMQ's name of a job
--   messages         each with
--     id             of the message
--     keys           repeat_key, job, vault, trace
--     fingerprint    of its content, where the caller gave an Idempotency-Key
--     repeat_ms      life of the repeat key, in milliseconds
--     newest         keys of the newest mark: one for each payload key that made the recipient's hash
--     sealed         the payload
--     vault_ms       life of the payload in milliseconds
--     newest_ms      life of the newest mark
--     requested_at   when the caller first wanted it sent, where it tells
--     accepted_at    now, by the clock of the ingress, as text
--     job            what the queue carries, as JSON
--     plan           which of the plans applies, from 1
--     screening      what verdict.lua is asked, without the plan
--     history        where the message belongs, and the refusal that it may be (history.lua)
--     fields         fields and values of the trace
-- ANSWER
--   for each message: { 'repeat', id of the first, its outcome or '' }, { 'reused' }, { 'refused', verdict },
--   { 'accepted', verdict } or { 'failed', error }
--- @include "@sms-gateway/screening/verdict.lua"
--- @include "./newest.lua"
--- @include "./history.lua"
--- @include "./repeat.lua"
--- @include "./enqueue.lua"

local queue = { wait = keys.wait, active = keys.active, meta = keys.meta, marker = keys.marker }

local function accept(message)
  local id, of, request = message.id, message.keys, message.screening
  -- Every key of a message ends with its id.
  local function trace_of(other) return string.sub(of.trace, 1, #of.trace - #id) .. other end
  local repeated = repeat_of(of.repeat_key, message.newest[1], message.fingerprint, tonumber(message.accepted_at), trace_of)
  if repeated then return repeated end
  request.now, request.plan = args.now, args.plans[message.plan]
  local verdict, refuses, screened, recorded = reach_verdict(keys.blocks, request)
  if refuses then
    remember_refusal(message.history, verdict, screened)
    return { 'refused', verdict }
  end

  redis.call('SET', of.vault, message.sealed, 'PX', message.vault_ms)
  local fields = message.fields
  if recorded then
    fields[#fields + 1] = 'recorded_rules'
    fields[#fields + 1] = recorded
  end
  redis.call('HSET', of.trace, unpack(fields))
  redis.call('PEXPIRE', of.trace, args.trace_ms)
  for _, key in ipairs(message.newest) do mark_newest(key, id, message.requested_at, message.newest_ms) end
  remember(message.history, id)
  -- From here on nothing can fail: a message that has a job is counted, and has a repeat key.
  local mark = message.fingerprint and id .. ' ' .. message.fingerprint or id
  redis.call('SET', of.repeat_key, mark, 'PX', message.repeat_ms)
  enqueue(queue, {
    id = id,
    key = of.job,
    name = args.job_name,
    data = message.job,
    opts = args.job_options .. ',"jobId":"' .. id .. '","timestamp":' .. message.accepted_at .. '}',
    timestamp = message.accepted_at,
    is_new = true,
  })
  count_screened(screened, id)
  return { 'accepted', verdict }
end

local counted = {}
for _, message in ipairs(args.messages) do
  for _, key in ipairs(message.screening.keys) do counted[#counted + 1] = key end
end
load_counters(counted)
local answers = {}
for i, message in ipairs(args.messages) do
  local ok, answer = pcall(accept, message)
  answers[i] = ok and answer or { 'failed', type(answer) == 'table' and answer.err or tostring(answer) }
end
save_counters()
return answers
