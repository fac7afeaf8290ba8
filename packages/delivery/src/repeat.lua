-- Whether a message repeats one that was accepted before: the last one with its Idempotency-Key or, without one, the newest
-- of its recipient, for another in between makes it a new request. A repeat must change nothing: it would bring back the text
-- of a message that is done. But a message that is known not to arrive has no repeats, or a user who asks again would get
-- nothing.
--- @include "./newest.lua"

-- Whether it failed, expired, or was reported undelivered by the last provider that had it. Its outcome, as far as it has
-- one.
local function is_dead(trace, now)
  local outcome, deadline, attempts = unpack(redis.call('HMGET', trace, 'outcome', 'deadline', 'attempts'))
  if not outcome then return deadline and tonumber(deadline) <= now, '' end
  if outcome ~= 'sent' then return outcome ~= 'superseded', outcome end
  local fields = {}
  for number = 1, tonumber(attempts or '0') do fields[number] = 'a' .. number .. '.receipt' end
  if #fields == 0 then return false, outcome end
  local receipts = redis.call('HMGET', trace, unpack(fields))
  for _, receipt in ipairs(receipts) do
    if receipt == 'delivered' then return false, outcome end
  end
  local last = receipts[#receipts]
  return last == 'undelivered' or last == 'failed' or last == 'expired', outcome
end

-- Nil for a new message; { 'repeat', id of the first, its outcome or '' } or { 'reused' }, where the key came with another
-- content. message: content, newest (keys of the mark), repeat_key (only with an Idempotency-Key: a key with the id and content
-- of the message that had it last) and accepted_at. now: the time of Redis. trace_of: the key of a message's trace.
local function repeat_of(message, now, trace_of)
  local first, content
  if message.repeat_key then
    first, content = string.match(redis.call('GET', message.repeat_key) or '', '^(%S+) (%S+)$')
    if first and content ~= message.content then return { 'reused' } end
  else
    first = repeatable_id(message.newest[1], message.content, now)
  end
  if not first then return nil end
  local dead, outcome = is_dead(trace_of(first), tonumber(message.accepted_at))
  if not dead then return { 'repeat', first, outcome } end
end
