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
--   kinds            what messages have in common: each with
--     plan           which of the plans applies, from 1
--     connection     that they came by
--     repeat_ms      for how long they can be repeated, in milliseconds
--     newest_ms      life of the newest mark
--     hint           beginning of the masked numbers in their traces, before the ellipsis
--     fields         fields and values of the trace
--                    And for screening (screening.ts): configured_block, keys, segments, price, country and
--                    country_counter
--   prefixes         what keys begin with: vault, trace and job, before the id of a message, and history
--   trace_ms         life of a trace
--   history          how many entries a history keeps, and its life: kept, life_ms
--   job_options      BullMQ's options of a job: JSON without the closing brace
--   job_name         BullMQ's name of a job
--   messages         of each in turn, false where it has none:
--     kind           which of the kinds, from 1
--     id
--     content        identifies its recipient and text
--     repeat_key     remembers its Idempotency-Key
--     newest         keys of the newest mark: one for each payload key that made the recipient's hash
--     sealed         the payload
--     vault_ms       life of the payload in milliseconds
--     requested_at   when the caller first wanted it sent, as text
--     accepted_at    now, by the clock of the ingress, as text
--     deadline       as text
--     job            what the queue carries, as JSON
--     correlations   the lists of its correlation id
--     hint           end of the masked number in its trace, after the ellipsis
--     code_of        keyed hash of its number, if it is a code that the guard counts
--                    And for screening: recipient_counter, ip_counter, prefix_counter, address and blockable
-- ANSWER
--   for each message: { 'repeat', id of the first, its outcome or '' }, { 'reused' }, { 'refused', verdict },
--   { 'accepted', verdict }, or only 'accepted' where it reached no rule, or { 'failed', error }
--- @include "@sms-gateway/screening/verdict.lua"
--- @include "./newest.lua"
--- @include "./history.lua"
--- @include "./repeat.lua"
--- @include "./enqueue.lua"

local prefixes, sent = args.prefixes, args.messages
local accepted, NONE = {}, {}

local function trace_of(id) return prefixes.trace .. id end

-- The message as screening and the search for repeats read it.
local function message_at(i)
  return {
    now = args.now,
    kind = args.kinds[sent.kind[i]],
    content = sent.content[i],
    repeat_key = sent.repeat_key[i] or nil,
    newest = sent.newest[i],
    accepted_at = sent.accepted_at[i],
    recipient_counter = sent.recipient_counter[i],
    ip_counter = sent.ip_counter[i] or nil,
    prefix_counter = sent.prefix_counter[i] or nil,
    address = sent.address[i] or nil,
    blockable = sent.blockable[i],
  }
end

-- Until when a message can be repeated that is accepted now, as text.
local function repeat_end(repeat_ms)
  return args.now and string.format('%.0f', args.now + repeat_ms) or time_after(repeat_ms)
end

-- Each message writes its own fields into the list of its kind, after the `common` entries that they all share.
local function write_trace(i, kind, recorded)
  local trace, fields, n = trace_of(sent.id[i]), kind.fields, kind.common + 4
  local requested_at, code_of = sent.requested_at[i], sent.code_of[i]
  fields[n - 3], fields[n - 2] = 'accepted_at', sent.accepted_at[i]
  fields[n - 1], fields[n] = 'deadline', sent.deadline[i]
  if code_of then fields[n + 1], fields[n + 2], n = 'recipient_key', code_of, n + 2 end
  if requested_at then fields[n + 1], fields[n + 2], n = 'requested_at', requested_at, n + 2 end
  if recorded then fields[n + 1], fields[n + 2], n = 'recorded_rules', recorded, n + 2 end
  redis.call('HSET', trace, 'recipient_hint', kind.hint .. '…' .. sent.hint[i], unpack(fields, 1, n))
  redis.call('PEXPIREAT', trace, time_after(args.trace_ms))
end

local function accept(i)
  local id, message, now = sent.id[i], message_at(i), clock(args.now)
  local kind, accepted_at, correlations = message.kind, message.accepted_at, sent.correlations[i] or NONE
  local repeated = repeat_of(message, now, trace_of)
  if repeated then return repeated end
  local verdict, refuses, states, recorded = reach_verdict(keys.blocks, message)
  if refuses then
    local refusal = { at = tonumber(accepted_at), connection = kind.connection, id = id }
    -- What is remembered of a number has the same keyed hash as what is counted of it.
    local recipient = string.match(message.recipient_counter, '[^:]+$')
    local lists = { prefixes.history .. recipient, unpack(correlations) }
    remember_refusal(lists, args.history, refusal, verdict, states)
    return { 'refused', verdict }
  end

  redis.call('SET', prefixes.vault .. id, sent.sealed[i], 'PXAT', time_after(sent.vault_ms[i]))
  write_trace(i, kind, recorded)
  remember(correlations, args.history, id)
  remember_accepted(message.recipient_counter, args.history, id, now)
  -- From here on nothing can fail: a message that has a job is counted, and can be repeated.
  local repeatable = ''
  if message.repeat_key then
    redis.call('SET', message.repeat_key, id .. ' ' .. message.content, 'PXAT', time_after(kind.repeat_ms))
  else
    repeatable = ' ' .. message.content .. ' ' .. repeat_end(kind.repeat_ms)
  end
  for _, key in ipairs(message.newest) do mark_newest(key, id, sent.requested_at[i], kind.newest_ms, repeatable) end
  write_job({
    key = prefixes.job .. id,
    name = args.job_name,
    data = sent.job[i],
    opts = args.job_options .. ',"jobId":"' .. id .. '","timestamp":' .. accepted_at .. '}',
    timestamp = accepted_at,
  })
  accepted[#accepted + 1] = id
  count_screened(id)
  return verdict == PASSED and 'accepted' or { 'accepted', verdict }
end

local counters = { sent.recipient_counter, sent.ip_counter, sent.prefix_counter }
for _, kind in ipairs(args.kinds) do
  kind.plan, kind.common = args.plans[kind.plan], #kind.fields
  counters[#counters + 1] = kind.keys
  counters[#counters + 1] = { kind.country_counter }
end
load_counters(counters)
load_marks(sent.newest)
local answers = {}
for i = 1, #sent.id do
  local ok, answer = pcall(accept, i)
  answers[i] = ok and answer or { 'failed', type(answer) == 'table' and answer.err or tostring(answer) }
end
push_jobs({ wait = keys.wait, active = keys.active, meta = keys.meta, marker = keys.marker }, accepted)
save_screened()
return answers
