-- Puts jobs into BullMQ's queue, as `queue.add` of the version in pnpm-workspace.yaml does for a job with a custom id;
-- enqueue.test.ts compares the two. The event stream, which nobody reads, and the counter that makes ids are left out.

-- queue: keys wait, active, meta, marker. job: id, key, data, opts (both JSON), timestamp, is_first (ahead of the
-- others), is_new (known to be in no queue).
-- Wakes a worker as BullMQ does, once for all jobs of a script. False where the job is in the queue already.
local is_woken = false
local function enqueue(queue, job)
  if not job.is_new and redis.call('EXISTS', job.key) == 1 then return false end
  redis.call('HSET', job.key, 'name', job.name, 'data', job.data, 'opts', job.opts, 'timestamp', job.timestamp,
    'delay', 0, 'priority', 0)
  redis.call(job.is_first and 'RPUSH' or 'LPUSH', queue.wait, job.id)
  if is_woken then return true end
  is_woken = true
  local paused, concurrency = unpack(redis.call('HMGET', queue.meta, 'paused', 'concurrency'))
  local is_full = concurrency and redis.call('LLEN', queue.active) >= tonumber(concurrency)
  if not paused and not is_full then redis.call('ZADD', queue.marker, 0, '0') end
  return true
end
