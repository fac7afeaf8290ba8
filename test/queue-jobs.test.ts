import { bullmqKeys, gatewayKeys, QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import { createDeliveryStore, createTraceReader } from '@sms-gateway/delivery';
import { createRedisBackend, Job } from 'bullmq';
import { expect, test } from 'vitest';
import { openQueue } from './support/open-queue.ts';
import { ACCEPTED_ATTEMPT, SENT, sampleJob } from './support/sample-delivery.ts';
import { openTestRedis } from './support/test-redis.ts';

const ACCEPTED_AT = 1_764_300_000_000;
const LOCK_MS = 6000;
const TOKEN = 'worker:1';
const job = (id: string) =>
  sampleJob({
    id,
    recipientKey: `r-${id}`,
    acceptedAt: ACCEPTED_AT,
    deadline: ACCEPTED_AT + 180_000,
  });
const end = {
  ...SENT,
  at: ACCEPTED_AT + 1000,
  previous: { ...ACCEPTED_ATTEMPT, concludedAt: ACCEPTED_AT + 900 },
};

async function setup() {
  const redis = await openTestRedis();
  const queue = await openQueue(redis);
  const workerOptions = {
    connection: redis,
    prefix: QUEUE_PREFIX,
    lockDuration: LOCK_MS,
    stalledInterval: 1,
    maxStalledCount: 9,
  };
  const backend = createRedisBackend(QUEUE_NAME, workerOptions);
  const store = createDeliveryStore({ redis });
  const now = Date.now();
  const request = (token: string) => ({ token, lockMs: LOCK_MS, now });

  const bullmq = {
    take: (token: string) => backend.moveToActive(token),
    finish: async (id: string, token: string) => {
      const found = await Job.fromId(queue, id);
      if (found === undefined) throw new Error(`no job ${id}`);
      await backend.moveToCompleted(found, undefined, true, token, true);
    },
  };
  const ours = {
    take: (token: string) => store.take(request(token)),
    finish: (id: string, token: string) =>
      store.conclude(job(id), { ...end, release: { jobId: id, token, next: request(token) } }),
  };

  /** What BullMQ keeps of the queue, apart from its stream of events and its settings. */
  async function keyspace() {
    const found: Record<string, unknown> = {};
    for (const key of (await redis.keys(`${bullmqKeys.jobPrefix}*`)).toSorted()) {
      const name = key.slice(bullmqKeys.jobPrefix.length);
      if (['events', 'id', 'meta'].includes(name)) continue;
      const type = await redis.type(key);
      if (type === 'list') found[name] = await redis.lrange(key, 0, -1);
      else if (type === 'zset') found[name] = await redis.zrange(key, 0, '-1', 'WITHSCORES');
      else if (type === 'set') found[name] = (await redis.smembers(key)).toSorted();
      else if (type === 'string') {
        found[name] = { value: await redis.get(key), expires: Math.ceil((await redis.pttl(key)) / 5000) };
      } else {
        const { processedOn, ...fields } = await redis.hgetall(key);
        found[name] = { ...fields, wasProcessed: Number(processedOn) > 0 };
      }
    }
    return found;
  }

  return {
    redis,
    queue,
    backend,
    store,
    request,
    ours,
    bullmq,
    keyspace,
    trace: (id: string) => createTraceReader({ redis }).read(id),
    enqueue: async (...ids: string[]) => {
      for (const id of ids) {
        await queue.add(QUEUE_NAME, job(id), { jobId: id, timestamp: ACCEPTED_AT });
        await redis.hset(gatewayKeys.trace(id), { accepted_at: ACCEPTED_AT, recipient_hint: '+1…23' });
        await redis.set(gatewayKeys.vault(id), `sealed ${id}`);
      }
    },
    emptied: async () => {
      for (const key of await redis.keys('{gateway}:*')) if (key !== bullmqKeys.meta) await redis.del(key);
    },
    [Symbol.asyncDispose]: async () => {
      await queue.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

type Bundle = Awaited<ReturnType<typeof setup>>;

/** The keyspace after each of these steps, as either side leaves it. */
async function statesOf(
  { emptied, enqueue, redis, keyspace }: Bundle,
  side: Bundle['ours'] | Bundle['bullmq'],
) {
  await emptied();
  await enqueue('msg_1', 'msg_2', 'msg_3');
  const states: unknown[] = [];
  const after = async (step: () => Promise<unknown>) => {
    await redis.del(bullmqKeys.marker);
    await step();
    states.push(await keyspace());
  };
  await after(() => side.take('worker:1'));
  await after(() => side.take('worker:2'));
  // As the check for stalled jobs leaves it.
  await redis.sadd(bullmqKeys.stalled, 'msg_1', 'msg_2');
  await after(() => side.finish('msg_1', 'worker:1'));
  await after(() => side.finish('msg_2', 'worker:2'));
  await after(() => side.finish('msg_3', 'worker:1'));
  return states;
}

test('jobs are taken and finished exactly as by BullMQ, which wakes a worker even if no job is left', async () => {
  await using bundle = await setup();
  const ours = await statesOf(bundle, bundle.ours);
  const bullmqs = await statesOf(bundle, bundle.bullmq);
  const marker = { marker: ['0', '0'] };
  expect(ours[0]).toMatchObject({ ...marker, wait: ['msg_3', 'msg_2'], active: ['msg_1'] });
  expect(ours.slice(0, 2)).toEqual(bullmqs.slice(0, 2));
  // With the last job taken, nobody else has to be woken.
  expect({ ...(ours[2] as object), ...marker }).toEqual(bullmqs[2]);
  expect(ours.slice(3)).toEqual(bullmqs.slice(3));
  expect(ours[4]).toEqual({});
});

test('a job is taken with what is known of its message, and the next one with the outcome of the one before', async () => {
  await using bundle = await setup();
  const { enqueue, ours } = bundle;
  await enqueue('msg_1', 'msg_2');
  const facts = (id: string) => ({
    sealed: `sealed ${id}`,
    isNewest: true,
    outcome: undefined,
    attempts: [],
    recipientHint: '+1…23',
    blocks: [],
  });
  expect(await ours.take(TOKEN)).toEqual({
    kind: 'taken',
    jobId: 'msg_1',
    data: JSON.stringify(job('msg_1')),
    times: 1,
    facts: facts('msg_1'),
  });
  expect(await ours.finish('msg_1', TOKEN)).toMatchObject({
    isFirst: true,
    released: { next: { kind: 'taken', jobId: 'msg_2', facts: facts('msg_2') } },
  });
  expect(await ours.finish('msg_2', TOKEN)).toMatchObject({ released: { next: { kind: 'none' } } });
});

test('steps of the same moment are one command, and an error in one leaves the others alone', async () => {
  await using bundle = await setup();
  const { enqueue, ours, redis, queue, trace } = bundle;
  await enqueue('msg_1', 'msg_2', 'msg_3');
  for (const token of ['t1', 't2', 't3']) await ours.take(token);
  await redis.set(gatewayKeys.trace('msg_2'), 'no hash');
  await redis.config('RESETSTAT');

  const [first, second, third] = await Promise.allSettled([
    ours.finish('msg_1', 't1'),
    ours.finish('msg_2', 't2'),
    ours.finish('msg_3', 't3'),
  ]);

  expect(await redis.info('commandstats')).toMatch(/^cmdstat_evalsha:calls=1,/m);
  expect([first.status, third.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(second).toMatchObject({ reason: { message: expect.stringContaining('WRONGTYPE') as unknown } });
  expect((await trace('msg_3'))?.outcome).toBe('sent');
  // Without its outcome, a message stays in the queue, and locked.
  expect(await queue.getActive()).toMatchObject([{ id: 'msg_2' }]);
  expect(await redis.get(`${gatewayKeys.job('msg_2')}:lock`)).toBe('t2');
});

test.each<[string, (bundle: Bundle) => Promise<unknown>]>([
  [
    'the trace of the next message cannot be read',
    ({ redis }) => redis.set(gatewayKeys.trace('msg_2'), 'no hash'),
  ],
  [
    'the next job is no message',
    ({ redis }) => redis.hset(gatewayKeys.job('msg_2'), 'data', '{"id":{},"recipientKey":null}'),
  ],
])('a message has its outcome even if %s', async (_, spoil) => {
  await using bundle = await setup();
  const { enqueue, ours, trace, queue } = bundle;
  await enqueue('msg_1', 'msg_2');
  await ours.take(TOKEN);
  await spoil(bundle);

  const answer = await ours.finish('msg_1', TOKEN);

  expect(answer).toMatchObject({ isFirst: true, released: { next: { jobId: 'msg_2', facts: undefined } } });
  expect((await trace('msg_1'))?.outcome).toBe('sent');
  expect(await queue.getActive()).toMatchObject([{ id: 'msg_2' }]);
});

test('a message has its outcome even if the next job cannot be taken', async () => {
  await using bundle = await setup();
  const { enqueue, ours, redis, trace } = bundle;
  await enqueue('msg_1');
  await ours.take(TOKEN);
  await redis.set(bullmqKeys.delayed, 'no sorted set');

  expect(await ours.finish('msg_1', TOKEN)).toMatchObject({
    isFirst: true,
    released: { next: { kind: 'ask' } },
  });
  expect((await trace('msg_1'))?.outcome).toBe('sent');
});

test('an outcome whose job cannot be removed is kept, and the job leads back to it', async () => {
  await using bundle = await setup();
  const { enqueue, ours, redis, store, trace } = bundle;
  await enqueue('msg_1');
  await ours.take(TOKEN);
  await redis.set(bullmqKeys.stalled, 'no set');

  await expect(ours.finish('msg_1', TOKEN)).rejects.toThrow('WRONGTYPE');

  expect((await trace('msg_1'))?.outcome).toBe('sent');
  expect(await redis.lrange(bullmqKeys.active, 0, -1)).toEqual(['msg_1']);
  expect((await store.facts(job('msg_1'))).outcome).toBe('sent');
});

test.each<[string, (bundle: Bundle) => Promise<unknown>]>([
  ['another worker has', ({ redis }) => redis.set(`${gatewayKeys.job('msg_1')}:lock`, 'another')],
  ['has expired', ({ redis }) => redis.del(`${gatewayKeys.job('msg_1')}:lock`)],
])('who concludes late with a lock that %s writes the outcome and leaves the job alone', async (_, lose) => {
  await using bundle = await setup();
  const { enqueue, ours, queue, trace } = bundle;
  await enqueue('msg_1', 'msg_2');
  await ours.take(TOKEN);
  await lose(bundle);

  expect(await ours.finish('msg_1', TOKEN)).toMatchObject({ isFirst: true, released: undefined });

  expect((await trace('msg_1'))?.outcome).toBe('sent');
  expect(await queue.getActive()).toMatchObject([{ id: 'msg_1' }]);
  expect(await queue.getWaiting()).toMatchObject([{ id: 'msg_2' }]);
});

test('a stalled job is recovered by BullMQ, and its late worker concludes nothing a second time', async () => {
  await using bundle = await setup();
  const { enqueue, ours, store, request, backend, redis } = bundle;
  await enqueue('msg_1');
  await ours.take(TOKEN);
  await backend.moveStalledJobsToWait();
  await redis.del(`${gatewayKeys.job('msg_1')}:lock`, `${bullmqKeys.jobPrefix}stalled-check`);
  expect(await backend.moveStalledJobsToWait()).toEqual(['msg_1']);
  expect(await ours.take('worker:2')).toMatchObject({ jobId: 'msg_1', times: 2 });

  const release = { jobId: 'msg_1', token: 'worker:2', next: undefined };
  const other = { ...end, outcome: 'failed' as const, holder: 'h2', release };
  expect(await store.conclude(job('msg_1'), other)).toMatchObject({ isFirst: true, released: {} });
  const late = { ...end, release: { jobId: 'msg_1', token: TOKEN, next: request(TOKEN) } };
  expect(await store.conclude(job('msg_1'), late)).toMatchObject({ isFirst: false });
  expect((await bundle.trace('msg_1'))?.outcome).toBe('failed');
});

test('a command that the connection repeats changes nothing, and says again that the job is gone', async () => {
  await using bundle = await setup();
  const { enqueue, ours, trace } = bundle;
  await enqueue('msg_1');
  await ours.take(TOKEN);
  const once = await ours.finish('msg_1', TOKEN);
  const before = await trace('msg_1');
  expect(await ours.finish('msg_1', TOKEN)).toEqual(once);
  expect(await trace('msg_1')).toEqual(before);
});

test('a job stays where a receipt came before its outcome, until that has been seen to', async () => {
  await using bundle = await setup();
  const { enqueue, ours, redis, queue } = bundle;
  await enqueue('msg_1');
  await ours.take(TOKEN);
  const receipt = JSON.stringify({ status: 'delivered', isCurable: false });
  await redis.hset(gatewayKeys.earlyReceipts('twilio', 'SM1'), 'delivered', receipt);

  const answer = await ours.finish('msg_1', TOKEN);

  expect(answer).toMatchObject({ early: [{ status: 'delivered' }], released: undefined });
  expect(await queue.getActive()).toMatchObject([{ id: 'msg_1' }]);
});

test.each<[string, (bundle: Bundle) => Promise<unknown>]>([
  ['paused', ({ queue }) => queue.pause()],
  ['limited in its concurrency', ({ queue }) => queue.setGlobalConcurrency(5)],
  ['limited in its rate', ({ queue }) => queue.setGlobalRateLimit(5, 1000)],
  ['with a delayed job that is due', ({ redis }) => redis.zadd(bullmqKeys.delayed, 1, 'msg_9')],
])('a queue that is %s is left to BullMQ', async (_, change) => {
  await using bundle = await setup();
  const { enqueue, ours, keyspace } = bundle;
  await enqueue('msg_1');
  await change(bundle);
  const before = await keyspace();
  expect(await ours.take(TOKEN)).toEqual({ kind: 'ask' });
  expect(await keyspace()).toEqual(before);
});

test('jobs with a priority, which come after the others, are left to BullMQ', async () => {
  await using bundle = await setup();
  const { enqueue, ours, queue } = bundle;
  await enqueue('msg_1');
  await queue.add(QUEUE_NAME, job('msg_2'), { jobId: 'msg_2', priority: 1 });
  expect(await ours.take(TOKEN)).toMatchObject({ kind: 'taken', jobId: 'msg_1' });
  expect(await bundle.redis.zcard(bullmqKeys.marker)).toBe(1);
  expect(await ours.take(TOKEN)).toEqual({ kind: 'ask' });
});

test('without a job to take, it is known when the next delayed one is due', async () => {
  await using bundle = await setup();
  const { queue, ours } = bundle;
  const dueAt = Date.now() + 60_000;
  await queue.add(QUEUE_NAME, job('msg_1'), { jobId: 'msg_1', delay: 60_000 });
  const next = await ours.take(TOKEN);
  expect(next.kind === 'none' && Math.abs(next.delayedUntil - dueAt)).toBeLessThan(5000);
});

test('a job that is not a delivery is handed over as it is', async () => {
  await using bundle = await setup();
  await bundle.queue.add(QUEUE_NAME, { nothing: true }, { jobId: 'foreign' });
  expect(await bundle.ours.take(TOKEN)).toMatchObject({ data: '{"nothing":true}', facts: undefined });
});
