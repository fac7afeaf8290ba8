-- The mark of the newest message for one recipient: its id, and when it was requested, if known.

-- The id in the mark, or nil.
local function newest_id(key)
  return string.match(redis.call('GET', key) or '', '^%S+')
end

-- Marks the message as the newest. One that is known to be requested later stays.
local function mark_newest(key, id, requested_at, life_ms)
  local other_at = requested_at and tonumber(string.match(redis.call('GET', key) or '', ' (%d+)$'))
  if other_at and other_at > requested_at then return end
  local mark = requested_at and string.format('%s %.0f', id, requested_at) or id
  redis.call('SET', key, mark, 'PX', life_ms)
end
