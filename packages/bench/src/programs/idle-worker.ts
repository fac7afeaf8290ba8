/** BullMQ's Worker with a processor that does nothing: the least that a message costs on this queue. */
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { createCountdown } from './countdown.ts';

const countdown = createCountdown();
const worker = new Worker('idle', async () => countdown.count(), {
  connection: new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null }),
  concurrency: Number(process.env['CONCURRENCY']),
});

await worker.waitUntilReady();
process.send?.({ ready: true });
