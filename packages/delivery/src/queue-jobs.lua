-- Takes jobs from BullMQ's queue and finishes them, as its own scripts do in the ordinary case; queue-jobs.test.ts compares
-- the two. Whatever is out of the ordinary is left to BullMQ's scripts. Left out, as in enqueue.lua: the stream of events.

local is_ordinary, has_taken

-- Whether the next job is simply the first of those that wait: the queue is not paused or limited, no job has a priority,
-- and none of the delayed ones is due.
local function has_ordinary_order(queue, now)
  if is_ordinary == nil then
    local settings = redis.call('HMGET', queue.meta, 'paused', 'concurrency', 'max')
    local due = redis.call('ZRANGEBYSCORE', queue.delayed, 0, (now + 1) * 0x1000 - 1, 'LIMIT', 0, 1)
    is_ordinary = not settings[1] and not settings[2] and not settings[3] and #due == 0
  end
  return is_ordinary
end

-- Takes the next job and locks it. request: token, lock_ms and now. facts_of: reads what is known of the message.
-- { 'taken', id, data, how often it was taken, facts }, { 'none', when the next delayed job is due or 0 }, or { 'ask' }
-- where BullMQ's own script has to choose.
local function take_job(queue, request, facts_of)
  if not has_ordinary_order(queue, request.now) then return { 'ask' } end
  local id = redis.call('RPOPLPUSH', queue.wait, queue.active)
  if not id then
    if redis.call('ZCARD', queue.prioritized) > 0 then return { 'ask' } end
    local delayed = redis.call('ZRANGE', queue.delayed, 0, 0, 'WITHSCORES')
    return { 'none', delayed[2] and tonumber(delayed[2]) / 0x1000 or 0 }
  end
  has_taken = true
  local key = queue.job_prefix .. id
  local data, times = unpack(redis.call('HMGET', key, 'data', 'ats'))
  times = tonumber(times or '0') + 1
  redis.call('SET', key .. ':lock', request.token, 'PX', request.lock_ms)
  redis.call('HSET', key, 'processedOn', request.now, 'ats', times)
  -- Where they cannot be read, whoever works on the message reads them and fails alone: the job has been taken by now, in the
  -- answer to the outcome of another message.
  local is_read, facts = pcall(function()
    local message = cjson.decode(data)
    return message.id and message.recipientKey and facts_of(message)
  end)
  return { 'taken', id, data or '{}', times, is_read and facts }
end

-- Wakes another worker where jobs are left for it, once for all that were taken.
local function wake_another(queue)
  if not has_taken then return end
  if redis.call('LLEN', queue.wait) > 0 or redis.call('ZCARD', queue.prioritized) > 0 then
    redis.call('ZADD', queue.marker, 0, '0')
  end
end

-- Removes a job that is done. release: the job's id and the token of its lock. False where the lock is another's, or lost,
-- and the job therefore somebody else's.
local function finish_job(queue, release)
  local key = queue.job_prefix .. release.id
  local lock = key .. ':lock'
  local token = redis.call('GET', lock)
  if token ~= release.token then
    -- The connection repeats commands whose answer it has missed.
    return not token and redis.call('EXISTS', key) == 0
  end
  redis.call('SREM', queue.stalled, release.id)
  if redis.call('LREM', queue.active, -1, release.id) == 0 then
    redis.call('DEL', lock)
    return false
  end
  redis.call('DEL', lock, key, key .. ':logs')
  return true
end
