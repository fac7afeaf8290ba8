import { QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import { JOB_OPTIONS } from '@sms-gateway/delivery';
import type { RedisClient } from '@sms-gateway/redis';
import { Queue } from 'bullmq';

/** The gateway's queue in this Redis, as an unmodified BullMQ reads and writes it. */
export async function openQueue(connection: RedisClient): Promise<Queue & AsyncDisposable> {
  const queue = new Queue(QUEUE_NAME, { connection, prefix: QUEUE_PREFIX, defaultJobOptions: JOB_OPTIONS });
  await queue.waitUntilReady();
  return Object.assign(queue, { [Symbol.asyncDispose]: () => queue.close() });
}
