-- Puts jobs into BullMQ's queue, as `queue.add` of the version in pnpm-workspace.yaml does for a job with a custom id;
-- enqueue.test.ts compares the two. The event stream, which nobody reads, and the counter that makes ids are left out.

-- Writes a job, which `push_jobs` must follow. job: id, key, data, opts (both JSON), timestamp.
local function write_job(job)
  redis.call('HSET', job.key, 'name', job.name, 'data', job.data, 'opts', job.opts, 'timestamp', job.timestamp,
    'delay', '0', 'priority', '0')
end

-- Lets jobs wait behind all others, in this order, or ahead of them, and wakes a worker once, as BullMQ does.
-- queue: keys wait, active, meta, marker.
local function push_jobs(queue, ids, is_first)
  if #ids == 0 then return end
  redis.call(is_first and 'RPUSH' or 'LPUSH', queue.wait, unpack(ids))
  local paused, concurrency = unpack(redis.call('HMGET', queue.meta, 'paused', 'concurrency'))
  local is_full = concurrency and redis.call('LLEN', queue.active) >= tonumber(concurrency)
  if not paused and not is_full then redis.call('ZADD', queue.marker, 0, '0') end
end
