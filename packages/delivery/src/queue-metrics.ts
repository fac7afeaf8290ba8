import { bullmqKeys } from '@sms-gateway/contract';
import { Gauge, type Registry } from 'prom-client';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';

const STATES = ['waiting', 'delayed', 'active'] as const;

const COUNT = loadScript<{
  keys: 'wait' | 'delayed' | 'active';
  args: { prefix: string };
  answer: [waiting: number, delayed: number, active: number, oldestAt: number];
}>(new URL('../src/count-queue.lua', import.meta.url));

/**
 * Adds the queue's depth and the age of its oldest message to a registry, read from Redis whenever it is scraped.
 * Every process reports the same queue: take the maximum over instances, not the sum.
 */
export function registerQueueMetrics({
  registry,
  redis,
  now,
}: {
  registry: Registry;
  redis: RedisClient;
  now: () => number;
}): void {
  let reading: Promise<QueueCounts | undefined> | undefined;

  /** One read of Redis serves all gauges of a scrape. Without Redis there is no value, since a stale one would mislead. */
  function read(): Promise<QueueCounts | undefined> {
    reading ??= (redis.status === 'ready' ? withinTime(readQueueCounts(redis)) : Promise.resolve(undefined))
      .catch(() => undefined)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  }

  const messages = new Gauge({
    name: 'gateway_queue_messages',
    help: 'Messages in the queue by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await read();
      messages.reset();
      if (counts) for (const state of STATES) messages.set({ state }, counts[state]);
    },
  });
  const oldestAge = new Gauge({
    name: 'gateway_queue_oldest_age_seconds',
    help: 'Age of the oldest message that waits to be taken or tried again; 0 with an empty queue',
    registers: [registry],
    async collect() {
      const counts = await read();
      if (counts === undefined) oldestAge.remove();
      else oldestAge.set(counts.oldestAt === 0 ? 0 : Math.max(0, now() - counts.oldestAt) / 1000);
    },
  });
}

const READ_TIMEOUT_MS = 1000;

/** Undefined where it takes longer than a scrape may wait. */
async function withinTime<T>(reading: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), READ_TIMEOUT_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

export type QueueCounts = Record<(typeof STATES)[number], number> & {
  /** Milliseconds since the epoch; 0 with an empty queue. */
  oldestAt: number;
};

/** How many messages are in the queue, and since when the oldest of those waits that nobody has in hand. */
export async function readQueueCounts(redis: RedisClient): Promise<QueueCounts> {
  const [waiting, delayed, active, oldestAt] = await evalScript(redis, COUNT, {
    keys: bullmqKeys,
    args: { prefix: bullmqKeys.jobPrefix },
  });
  return { waiting, delayed, active, oldestAt };
}
