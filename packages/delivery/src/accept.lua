-- Screens messages. For each of them it either stores everything (payload, trace, newest mark of its recipient, and job in
-- the queue) or refuses it and stores nothing. All in one script, so that a message is in the queue if and only if it is
-- stored, and counted if and only if it is in the queue.
--
-- Messages that arrive at the same moment share the script (group commit): one command, one fsync, and what they have in
-- common is read and written once. Each has its own answer; an error in one leaves the others alone.
--
-- Every message has its own id; repeat.lua says whether it is a repeat.
-- KEYS
--   wait             BullMQ's waiting jobs
--   active           its active jobs
--   meta             its settings of the queue
--   marker           what wakes its workers
--   blocks           destinations that are blocked by hand
-- ARGV
--   now              only in simulations
--   plans            the screening plans of the messages
--   counters         the keys of all counters that they count in
--   prefixes         what keys begin with: vault, trace and job, before the id of a message, and history
--   trace_ms         life of a trace
--   history          how many entries a history keeps, and its life: kept, life_ms
--   job_options      BullMQ's options of a job: JSON without the closing brace
--   job_name         BullMQ's name of a job
--   messages         each with
--     id             of the message
--     connection     that it came by
--     content        identifies its recipient and text
--     repeat_key     remembers its Idempotency-Key, where the caller gave one
--     repeat_ms      for how long it can be repeated, in milliseconds
--     newest         keys of the newest mark: one for each payload key that made the recipient's hash
--     sealed         the payload
--     vault_ms       life of the payload in milliseconds
--     newest_ms      life of the newest mark
--     requested_at   when the caller first wanted it sent, where it tells, as text
--     accepted_at    now, by the clock of the ingress, as text
--     job            what the queue carries, as JSON
--     correlations   the lists of its correlation id, if it has one
--     hint           what the trace shows of its number: the parts around an ellipsis
--     fields         the other fields and values of the trace
--                    And what screening is asked:
--     plan           which of the plans applies, from 1
--     keys           what each group of limits counts in: which of the counters, from 1
--     segments, price    what it costs
--     recipient_counter              what is counted and remembered of its number: which of the counters
--     country_counter, ip_counter    what else the guard counts in, where the plan has one: which of the counters
--     country        of the number, then
--     address        keyed hash of the address, if it is known and anything is counted by it
--     blockable      what of the number a block can name (blocks.ts)
--     configured_block   the name under which the configuration blocks it, if any
-- ANSWER
--   for each message: { 'repeat', id of the first, its outcome or '' }, { 'reused' }, { 'refused', verdict },
--   { 'accepted', verdict } or { 'failed', error }
--- @include "@sms-gateway/screening/verdict.lua"
--- @include "./newest.lua"
--- @include "./history.lua"
--- @include "./repeat.lua"
--- @include "./enqueue.lua"

local counters, prefixes = args.counters, args.prefixes
local accepted = {}

local function trace_of(id) return prefixes.trace .. id end

-- Puts the counters and the plan that a message names by number into it, so that verdict.lua can be asked about it.
local function resolve(message)
  local keys_of = message.keys
  for i = 1, #keys_of do keys_of[i] = counters[keys_of[i]] end
  message.recipient_counter = counters[message.recipient_counter]
  if message.country_counter then message.country_counter = counters[message.country_counter] end
  if message.ip_counter then message.ip_counter = counters[message.ip_counter] end
  message.now, message.plan = args.now, args.plans[message.plan]
end

-- Until when a message can be repeated that is accepted now, as text.
local function repeat_end(repeat_ms)
  return args.now and string.format('%.0f', args.now + repeat_ms) or time_after(repeat_ms)
end

local function accept(message)
  local id, accepted_at = message.id, message.accepted_at
  local repeated = repeat_of(message, clock(args.now), trace_of)
  if repeated then return repeated end
  resolve(message)
  local verdict, refuses, screened, recorded = reach_verdict(keys.blocks, message)
  if refuses then
    local refusal = { at = tonumber(accepted_at), connection = message.connection, id = id }
    -- What is remembered of a number has the same keyed hash as what is counted of it.
    local recipient = string.match(message.recipient_counter, '[^:]+$')
    local lists = { prefixes.history .. recipient, unpack(message.correlations) }
    remember_refusal(lists, args.history, refusal, verdict, screened)
    return { 'refused', verdict }
  end

  redis.call('SET', prefixes.vault .. id, message.sealed, 'PXAT', time_after(message.vault_ms))
  local fields, trace = message.fields, trace_of(id)
  if recorded then
    fields[#fields + 1] = 'recorded_rules'
    fields[#fields + 1] = recorded
  end
  redis.call('HSET', trace, 'recipient_hint', table.concat(message.hint, '…'), unpack(fields))
  redis.call('PEXPIREAT', trace, time_after(args.trace_ms))
  remember(message.correlations, args.history, id)
  remember_accepted(message.recipient_counter, args.history, id, screened.now)
  -- From here on nothing can fail: a message that has a job is counted, and can be repeated.
  local repeatable = ''
  if message.repeat_key then
    redis.call('SET', message.repeat_key, id .. ' ' .. message.content, 'PXAT', time_after(message.repeat_ms))
  else
    repeatable = ' ' .. message.content .. ' ' .. repeat_end(message.repeat_ms)
  end
  for _, key in ipairs(message.newest) do mark_newest(key, id, message.requested_at, message.newest_ms, repeatable) end
  write_job({
    key = prefixes.job .. id,
    name = args.job_name,
    data = message.job,
    opts = args.job_options .. ',"jobId":"' .. id .. '","timestamp":' .. accepted_at .. '}',
    timestamp = accepted_at,
  })
  accepted[#accepted + 1] = id
  count_screened(screened, id)
  return { 'accepted', verdict }
end

load_counters(counters)
local newest = {}
for _, message in ipairs(args.messages) do
  for _, key in ipairs(message.newest) do newest[#newest + 1] = key end
end
load_marks(newest)
local answers = {}
for i, message in ipairs(args.messages) do
  local ok, answer = pcall(accept, message)
  answers[i] = ok and answer or { 'failed', type(answer) == 'table' and answer.err or tostring(answer) }
end
push_jobs({ wait = keys.wait, active = keys.active, meta = keys.meta, marker = keys.marker }, accepted)
save_counters()
return answers
