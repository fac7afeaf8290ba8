-- The mark of the newest message for one recipient, in words: its id; without an Idempotency-Key, what identifies its content
-- and until when it can be repeated; and when it was requested (0: unknown). That comes last, and the id first, because older
-- versions, which run beside this one during an upgrade, read and write these two.
--- @include "@sms-gateway/screening/clock.lua"

local marks = {}

-- Reads the marks in these lists, so that asking for one of them takes no command of its own.
local function load_marks(lists)
  local keys = {}
  for l = 1, #lists do
    for i = 1, #lists[l] do keys[#keys + 1] = lists[l][i] end
  end
  local found = redis.call('MGET', unpack(keys))
  for i = 1, #keys do marks[keys[i]] = found[i] end
end

local function mark_of(key)
  if marks[key] == nil then marks[key] = redis.call('GET', key) end
  return marks[key] or ''
end

-- The id in the mark, or nil.
local function newest_id(key)
  return string.match(mark_of(key), '^%S+')
end

-- The id in the mark if the message with this content can be repeated at this time, or nil.
local function repeatable_id(key, content, now)
  local id, other, ends_at = string.match(mark_of(key), '^(%S+) (%S+) (%d+) %d+$')
  if other == content and tonumber(ends_at) > now then return id end
end

-- Marks the message as the newest. One that is known to be requested later stays. requested_at may be missing; what comes
-- before it in the mark is given as text.
local function mark_newest(key, id, requested_at, life_ms, repeatable)
  local other_at = requested_at and tonumber(string.match(mark_of(key), ' (%d+)$'))
  if other_at and other_at > tonumber(requested_at) then return end
  local mark = id .. repeatable .. ' ' .. (requested_at or '0')
  redis.call('SET', key, mark, 'PXAT', time_after(life_ms))
  marks[key] = mark
end
