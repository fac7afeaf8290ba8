-- Whether a message repeats one that was accepted before.
--
-- The repeat key holds the id of the message that was accepted last under it and, where the caller gave an Idempotency-Key,
-- a fingerprint of that message's content. A repeat must change nothing: it would bring back the text of a message that is
-- done. But a message that is known not to arrive has no repeats, or a user who asks again would get nothing.
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

-- Nil for a new message; { 'repeat', id of the first, its outcome or '' } or { 'reused' }, where the content is another one.
-- newest: the key of the newest mark. fingerprint: only with an Idempotency-Key. trace_of: the key of a message's trace.
local function repeat_of(repeat_key, newest, fingerprint, now, trace_of)
  local first, content = string.match(redis.call('GET', repeat_key) or '', '^(%S+) ?(%S*)$')
  if not first then return nil end
  if fingerprint and content ~= fingerprint then return { 'reused' } end
  local dead, outcome = is_dead(trace_of(first), now)
  if dead then return nil end
  -- Another message came in between, so this one is a new request and becomes the newest. With a key it is a late retry.
  local newest_one = newest_id(newest)
  if not fingerprint and newest_one and newest_one ~= first then return nil end
  return { 'repeat', first, outcome }
end
