-- Steps of deliveries. Those that come at the same moment share the script (group commit): one command, one fsync, and what
-- they have in common is read once. Each has its own answer; an error in one leaves the others alone.
-- KEYS
--   wait          BullMQ's waiting jobs
--   active        its active jobs
--   delayed       its delayed jobs
--   prioritized   its jobs with a priority
--   stalled       its active jobs whose lock may have expired
--   meta          its settings of the queue
--   marker        what wakes its workers
--   blocks        destinations that are blocked by hand
-- ARGV
--   prefixes      of keys: job, trace, vault, newest, awaiting
--   trace_ms      life of a trace
--   spend_shape   name and window of the counters of what is spent
--   steps         each with its kind, and what the function of that kind takes
-- ANSWER
--   { for each step its answer or { 'failed', error }, names of the blocks in force where a step has read them }
--- @include "./queue-jobs.lua"
--- @include "./read-facts.lua"
--- @include "./begin-attempt.lua"
--- @include "./conclude.lua"

local blocks = read_blocks_once(keys.blocks)
local queue = {
  wait = keys.wait,
  active = keys.active,
  delayed = keys.delayed,
  prioritized = keys.prioritized,
  stalled = keys.stalled,
  meta = keys.meta,
  marker = keys.marker,
  job_prefix = args.prefixes.job,
}

local function facts_of(message)
  blocks.names()
  return read_facts(args.prefixes, message)
end

local kinds = {
  take = function(step) return take_job(queue, step, facts_of) end,
  facts = facts_of,
  begin = function(step) return begin_attempt(args.prefixes, step, blocks, args.spend_shape) end,
  conclude = function(step)
    local is_outdated, is_first, is_undelivered, early = conclude(args.prefixes, step, args.trace_ms)
    local release, is_released, next_job = step.release, false, false
    -- What a receipt asks for comes before the end of the job: after a crash, the job leads back to it.
    if release and not (is_outdated or is_undelivered or #early > 0) and finish_job(queue, release) then
      is_released = true
      -- The outcome is written, whatever is wrong with the next job.
      if release.next then
        local is_taken, job = pcall(take_job, queue, release.next, facts_of)
        next_job = is_taken and job or { 'ask' }
      end
    end
    return {
      is_first and 1 or 0,
      is_undelivered and 1 or 0,
      early,
      is_released and 1 or 0,
      next_job,
      is_outdated and 1 or 0,
    }
  end,
}

local answers = {}
for i, step in ipairs(args.steps) do
  local ok, answer = pcall(kinds[step.kind], step)
  if not ok then
    local message = type(answer) == 'table' and answer.err or tostring(answer)
    -- Nothing of the group is written, and the connection has to look for the primary.
    if string.find(message, 'READONLY', 1, true) then return redis.error_reply(message) end
    answer = { 'failed', message }
  end
  answers[i] = answer
end
save_counters()
wake_another(queue)
return { answers, blocks.read() }
