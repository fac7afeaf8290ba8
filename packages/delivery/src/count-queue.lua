-- How many messages are in the queue, and when the oldest was accepted of those that wait to be taken, or to be tried
-- again: waiting ones are in order of arrival, delayed ones are few.
-- KEYS
--   wait      BullMQ's waiting jobs
--   delayed   its delayed jobs
--   active    its active jobs
-- ARGV
--   prefix    of the keys of its jobs
-- ANSWER
--   { waiting, delayed, active, milliseconds since the epoch or 0 }

local waiting, delayed, active = redis.call('LLEN', keys.wait), redis.call('ZCARD', keys.delayed), redis.call('LLEN', keys.active)
local ids = redis.call('ZRANGE', keys.delayed, 0, 99)
local head = redis.call('LINDEX', keys.wait, -1)
if head then ids[#ids + 1] = head end
local oldest = 0
for _, id in ipairs(ids) do
  local at = tonumber(redis.call('HGET', args.prefix .. id, 'timestamp') or '0')
  if at > 0 and (oldest == 0 or at < oldest) then oldest = at end
end
return { waiting, delayed, active, oldest }
