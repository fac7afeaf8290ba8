-- Puts a message back into the queue, ahead of the others, once for each attempt.
-- KEYS
--   wait          BullMQ's waiting jobs
--   active        its active jobs
--   meta          its settings of the queue
--   marker        what wakes its workers
--   job           its hash of the job
-- ARGV
--   id            of the job
--   name          BullMQ's name of a job
--   data          what the queue carries, as JSON
--   options       BullMQ's options of a job, as JSON
--   accepted_at   when the message was accepted, as text
-- ANSWER
--   1 where it was not in the queue already
--- @include "./enqueue.lua"

if redis.call('EXISTS', keys.job) == 1 then return 0 end
write_job({
  key = keys.job,
  name = args.name,
  data = args.data,
  opts = args.options,
  timestamp = args.accepted_at,
})
push_jobs({ wait = keys.wait, active = keys.active, meta = keys.meta, marker = keys.marker }, { args.id }, true)
return 1
