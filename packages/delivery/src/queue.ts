import { type DeliveryJob, QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import { Queue } from 'bullmq';
import type { RedisClient } from '@sms-gateway/redis';
import { JOB_OPTIONS } from './bullmq-keys.ts';

/** The queue as those see it who put messages in. Opens on a connection whose errors somebody else reports. */
export function openQueue(redis: RedisClient): Queue<DeliveryJob> {
  const queue = new Queue<DeliveryJob>(QUEUE_NAME, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    // The two together let a queue be made, and recover, while Redis is away.
    skipWaitingForReady: true,
    skipVersionCheck: true,
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: JOB_OPTIONS,
  });
  // The connection reports its errors itself; without a listener, BullMQ would print them.
  queue.on('error', () => undefined);
  return queue;
}
