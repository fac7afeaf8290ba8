import { composeLua } from '@sms-gateway/redis';
import { bullmqKeys, QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import { JOB_OPTIONS_JSON } from '../packages/delivery/src/job-options.ts';
import { openQueue } from './support/open-queue.ts';
import { openTestRedis } from './support/test-redis.ts';

const ENQUEUE = composeLua(
  `--- @include "./../packages/delivery/src/enqueue.lua"
  local queue, jobs = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
  local ids = { [true] = {}, [false] = {} }
  for _, job in ipairs(jobs) do
    if redis.call('EXISTS', job.key) == 0 then
      write_job(job)
      table.insert(ids[job.is_first or false], job.id)
    end
  end
  push_jobs(queue, ids[false])
  push_jobs(queue, ids[true], true)
  return #ids[true] + #ids[false]`,
  new URL(import.meta.url),
);

type Job = { id: string; data: object; timestamp: number; isFirst?: boolean };

async function setup() {
  const redis = await openTestRedis();
  const queue = await openQueue(redis);

  const jobs = {
    ours: async (list: Job[]) =>
      redis.eval(
        ENQUEUE,
        0,
        JSON.stringify(bullmqKeys),
        JSON.stringify(
          list.map(({ id, data, timestamp, isFirst }) => ({
            id,
            key: bullmqKeys.jobPrefix + id,
            name: QUEUE_NAME,
            data: JSON.stringify(data),
            opts: `${JOB_OPTIONS_JSON},"jobId":"${id}","timestamp":${timestamp}${isFirst === true ? ',"lifo":true' : ''}}`,
            timestamp,
            is_first: isFirst,
          })),
        ),
      ),
    bullmq: async (list: Job[]) => {
      for (const { id, data, timestamp, isFirst } of list) {
        await queue.add(QUEUE_NAME, data, { jobId: id, timestamp, ...(isFirst === true && { lifo: true }) });
      }
    },
  };

  /** What a worker of BullMQ finds: all keys of the queue but the two that enqueue.lua leaves out, and its settings. */
  async function keyspace() {
    const found: Record<string, unknown> = {};
    for (const key of (await redis.keys(`${QUEUE_PREFIX}:*`)).toSorted()) {
      const name = key.slice(bullmqKeys.jobPrefix.length);
      if (['events', 'id', 'meta'].includes(name)) continue;
      expect(await redis.pttl(key)).toBe(-1);
      const type = await redis.type(key);
      if (type === 'list') found[name] = await redis.lrange(key, 0, -1);
      else if (type === 'zset') found[name] = await redis.zrange(key, 0, '-1', 'WITHSCORES');
      else {
        const fields = await redis.hgetall(key);
        found[name] = { ...fields, opts: JSON.parse(fields['opts'] ?? '') as unknown };
      }
    }
    return found;
  }

  async function emptied(work: () => Promise<unknown>) {
    for (const key of await redis.keys(`${QUEUE_PREFIX}:*`))
      if (key !== bullmqKeys.meta) await redis.del(key);
    await work();
    return keyspace();
  }

  return {
    redis,
    queue,
    jobs,
    emptied,
    [Symbol.asyncDispose]: async () => {
      await queue.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

const LIST: Job[] = [
  { id: 'msg_1', data: { id: 'msg_1', text: 'a "quoted" ünïcode' }, timestamp: 1_764_300_000_000 },
  { id: 'msg_2', data: { id: 'msg_2' }, timestamp: 1_764_300_000_001 },
  { id: 'msg_1.after-1', data: { id: 'msg_1' }, timestamp: 1_764_300_000_002, isFirst: true },
];

test('jobs are written exactly as queue.add writes them', async () => {
  await using bundle = await setup();
  const { jobs, emptied } = bundle;
  const ours = await emptied(() => jobs.ours(LIST));
  expect(ours).toEqual(await emptied(() => jobs.bullmq(LIST)));
  expect(ours['wait']).toEqual(['msg_2', 'msg_1', 'msg_1.after-1']);
  expect(ours['marker']).toEqual(['0', '0']);
});

test.each(['paused', 'at its global concurrency', 'below its global concurrency'])(
  'a queue that is %s wakes no more workers than with queue.add',
  async (state) => {
    await using bundle = await setup();
    const { jobs, emptied, queue, redis } = bundle;
    if (state === 'paused') await queue.pause();
    else await queue.setGlobalConcurrency(state.startsWith('at') ? 1 : 2);
    const withOneActive = (work: () => Promise<unknown>) =>
      emptied(async () => {
        await redis.lpush(bullmqKeys.active, 'msg_0');
        await work();
      });
    const ours = await withOneActive(() => jobs.ours(LIST));
    expect(ours).toEqual(await withOneActive(() => jobs.bullmq(LIST)));
    expect('marker' in ours).toBe(state.startsWith('below'));
  },
);

test('a job that is in the queue already is left as it is', async () => {
  await using bundle = await setup();
  const { jobs, emptied, redis } = bundle;
  const twice = LIST.flatMap((job) => [job, { ...job, data: { changed: true } }]);
  expect(await emptied(() => jobs.ours(twice))).toEqual(await emptied(() => jobs.bullmq(twice)));
  expect(await jobs.ours(LIST)).toBe(0);
  expect(await redis.llen(bullmqKeys.wait)).toBe(3);
});
