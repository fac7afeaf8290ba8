-- Takes a permit for one message to a provider, if there is one now.
--
-- The generic cell rate algorithm (ITU-T I.371): the key holds the time, in microseconds, at which the rate would be kept
-- again. All workers use one clock, Redis's own. A burst is what a second allows, one message at least: people do not log
-- in evenly spaced. So after a rest twice the rate may go within one second. A key further ahead than a burst is of another
-- clock (before a failover) or of a lower rate, and is cut short.
-- KEYS
--   rate_limit   of the provider
-- ARGV
--   per_second   messages
-- ANSWER
--   { 1 where it is granted, microseconds until it is worth asking again }

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = 1000000 / args.per_second
local burst = math.max(interval, 1000000)
local function keep(due)
  redis.call('SET', keys.rate_limit, string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 1000)
end
local due = math.max(tonumber(redis.call('GET', keys.rate_limit) or '0'), now)
if due > now + burst then
  due = now + burst
  keep(due)
end
local early = due + interval - burst - now
if early > 0 then return { 0, math.ceil(early) } end
keep(due + interval)
return { 1, 0 }
