import { type DeliveryJob, gatewayKeys, QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import { createDeliveryStore } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { createLogger } from '../packages/process/src/logger.ts';
import { createConsumer } from '../services/worker/src/consumer.ts';
import type { Deliver } from '../services/worker/src/deliver.ts';
import type { Lease } from '../services/worker/src/delivery.ts';
import { createQueueBackend } from '../services/worker/src/queue-backend.ts';
import { openQueue } from './support/open-queue.ts';
import { SENT, sampleJob } from './support/sample-delivery.ts';
import { openTestRedis } from './support/test-redis.ts';
import { until } from './support/until.ts';

/** A consumer on a real queue, whose deliveries conclude at once. */
async function setup({ concurrency = 2 }: { concurrency?: number } = {}) {
  const redis = await openTestRedis();
  const queue = await openQueue(redis);
  const store = createDeliveryStore({ redis });
  const during = { delivery: async (_job: DeliveryJob): Promise<void> => {} };
  const delivered: { id: string; lease: Lease }[] = [];
  const bundle = {
    redis,
    queue,
    delivered,
    ids: () => delivered.map(({ id }) => id),
    during,
    enqueue: async (...ids: string[]) => {
      for (const id of ids) {
        const at = Date.now();
        await redis.hset(gatewayKeys.trace(id), 'accepted_at', at);
        const job = sampleJob({ id, acceptedAt: at, deadline: at + 60_000 });
        await queue.add(QUEUE_NAME, job, { jobId: id });
      }
    },
    untilDelivered: (count: number) =>
      until(() => {
        if (delivered.length < count) throw new Error(`${delivered.length} of ${count}`);
      }),
    untilGone: () =>
      until(async () => {
        const { active = 0, waiting = 0, delayed = 0 } = await queue.getJobCounts();
        if (active + waiting + delayed > 0) throw new Error('not empty yet');
      }),
    outcome: (id: string) => redis.hget(gatewayKeys.trace(id), 'outcome'),
  };
  const deliver: Deliver = async (job, lease) => {
    delivered.push({ id: job.id, lease });
    await during.delivery(job);
    const { released } = await store.conclude(job, {
      ...SENT,
      at: Date.now(),
      holder: lease.holder,
      previous: undefined,
      release: lease.queued?.release(),
    });
    if (released) lease.queued?.released(released.next);
    return { kind: 'done' };
  };
  const consumer = createConsumer({
    redis,
    store,
    deliver,
    concurrency,
    logger: createLogger({ service: 'test', level: 'silent' }),
    now: Date.now,
  });
  return {
    ...bundle,
    consumer,
    [Symbol.asyncDispose]: async () => {
      await consumer.close(0);
      consumer.disconnect();
      await queue.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

test('jobs are worked on in order, each with what is known of it, and leave the queue with their outcomes', async () => {
  await using bundle = await setup({ concurrency: 1 });
  const { consumer, enqueue, delivered, redis, queue } = bundle;
  await enqueue('msg_1', 'msg_2', 'msg_3');
  await redis.config('RESETSTAT');
  consumer.start();
  await bundle.untilDelivered(3);
  await bundle.untilGone();

  expect(bundle.ids()).toEqual(['msg_1', 'msg_2', 'msg_3']);
  for (const { lease } of delivered) expect(lease.facts).toMatchObject({ attempts: [], isNewest: true });
  expect(await redis.keys('{gateway}:sms:msg_*')).toEqual([]);
  // An unmodified BullMQ reads the queue.
  expect(await queue.getJobCounts('completed', 'failed')).toEqual({ completed: 0, failed: 0 });
});

test('a paused queue rests, and goes on when it is resumed', async () => {
  await using bundle = await setup();
  const { consumer, enqueue, queue } = bundle;
  let pause: Promise<void> | undefined;
  bundle.during.delivery = async () => (pause ??= queue.pause());
  await enqueue('msg_1', 'msg_2', 'msg_3', 'msg_4');
  consumer.start();
  await bundle.untilDelivered(1);
  await pause;
  await until(async () => expect(await queue.getActiveCount()).toBe(0));
  const before = bundle.ids().length;
  expect(await queue.getWaitingCount()).toBe(4 - before);
  await enqueue('msg_5');
  expect(bundle.ids()).toHaveLength(before);
  await queue.resume();
  await bundle.untilDelivered(5);
  await bundle.untilGone();
});

test('a delayed job is worked on when it is due, and jobs with a priority too', async () => {
  await using bundle = await setup();
  const { consumer, queue, redis } = bundle;
  consumer.start();
  const at = Date.now();
  const job = (id: string) => sampleJob({ id, acceptedAt: at, deadline: at + 60_000 });
  await redis.hset(gatewayKeys.trace('msg_1'), 'accepted_at', at);
  await queue.add(QUEUE_NAME, job('msg_1'), { jobId: 'msg_1', delay: 300 });
  await queue.add(QUEUE_NAME, job('msg_2'), { jobId: 'msg_2', priority: 5 });
  await bundle.untilDelivered(2);
  await bundle.untilGone();
  expect(bundle.ids()).toEqual(['msg_2', 'msg_1']);
  expect(Date.now() - at).toBeGreaterThanOrEqual(300);
});

test('who closes finishes what is in hand and takes nothing more', async () => {
  await using bundle = await setup({ concurrency: 1 });
  const { consumer, enqueue, queue } = bundle;
  let closed: Promise<void> | undefined;
  bundle.during.delivery = async () => {
    closed ??= consumer.close(10_000);
  };
  await enqueue('msg_1', 'msg_2');
  consumer.start();
  await bundle.untilDelivered(1);
  await closed;
  expect(bundle.ids()).toEqual(['msg_1']);
  expect(await bundle.outcome('msg_1')).toBe('sent');
  expect(await queue.getJobCounts('active', 'waiting')).toEqual({ active: 0, waiting: 1 });
});

test('a job whose lock was lost stays with the worker that has it, and this one goes on', async () => {
  await using bundle = await setup({ concurrency: 1 });
  const { consumer, enqueue, queue, redis } = bundle;
  bundle.during.delivery = async ({ id }) => {
    if (id === 'msg_1') await redis.set(`${gatewayKeys.job(id)}:lock`, 'another', 'PX', 60_000);
  };
  await enqueue('msg_1', 'msg_2');
  consumer.start();
  await bundle.untilDelivered(2);
  await until(async () => expect(await queue.getActive()).toMatchObject([{ id: 'msg_1' }]));
  expect(await bundle.outcome('msg_1')).toBe('sent');
  expect(await bundle.outcome('msg_2')).toBe('sent');
});

test('while an outcome waits to be confirmed, the lock of the next job is renewed in place of the one that is gone', async () => {
  await using bundle = await setup();
  const { enqueue, redis, queue } = bundle;
  await enqueue('msg_1', 'msg_2');
  const store = createDeliveryStore({ redis });
  const ours = createQueueBackend({ store, lockMs: 6000, now: Date.now });
  const options = { connection: redis, prefix: QUEUE_PREFIX };
  const backend = ours.create(QUEUE_NAME, options);
  await backend.moveToActive('t1');
  expect(await backend.extendLocks(['msg_1'], ['t1'], 6000)).toEqual([]);
  const queued = ours.queuedJob('msg_1', 't1', { takesNext: () => true });
  const { released } = await store.conclude(sampleJob(), {
    ...SENT,
    previous: undefined,
    release: queued.release(),
  });
  const job = await queue.getJob('msg_2');
  if (job === undefined) throw new Error('no job');
  queued.released(released?.next);

  expect(await backend.extendLocks(['msg_1'], ['t1'], 60_000)).toEqual([]);
  expect(await redis.pttl(`${gatewayKeys.job('msg_2')}:lock`)).toBeGreaterThan(6000);

  const { result } = await backend.moveToCompleted(job, undefined, true, 't1', true);
  expect(result).toMatchObject([{ id: 'msg_2', attemptsStarted: 1 }, 'msg_2', 0, 0]);
  expect(queued.isReleased()).toBe(false);

  // Where the message has to wait after all, its worker asks as if for any job.
  queued.released(released?.next);
  expect(ours.factsOf('t1')).toMatchObject({ attempts: [] });
  queued.forgetFacts();
  expect(await backend.moveToActive('t1')).toMatchObject([{ id: 'msg_2' }, 'msg_2', 0, 0]);
  expect(queued.isReleased()).toBe(false);
  expect(ours.factsOf('t1')).toBeUndefined();
});
