import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { deliveryJobSchema, QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';
import type { Logger } from '@sms-gateway/process';
import { DelayedError, type Job, Worker } from 'bullmq';
import type { createDeliver } from './deliver.ts';

// A worker that died is noticed after the lock has run out, at the next look: 6 to 9 seconds. With BullMQ's own
// defaults it is a minute, and a code is dead by then.
const LOCK_MS = 6000;
const STALLED_INTERVAL_MS = 3000;
/** Milliseconds until a message is handed out again whose delivery broke off for a reason of our own. */
const CRASH_DELAY_MS = 1000;

export type WorkerApp = {
  start(): void;
  /** Takes no more messages and resolves when those in hand are done; after `graceMs` makes them let go. */
  close(graceMs: number): Promise<void>;
  /** Gives up the connection of its own that waits for messages, however far closing has come. */
  disconnect(): void;
};

type Deps = {
  redis: RedisClient;
  deliver: ReturnType<typeof createDeliver>;
  concurrency: number;
  logger: Logger;
  now: () => number;
};

/** Hands messages from the queue to `deliver`, and does with them what it says. */
export function createApp({ redis, deliver, concurrency, logger, now }: Deps): WorkerApp {
  const letGo = new AbortController();
  // Each message in hand listens once at most, during a call to a provider. Node warns from the eleventh.
  setMaxListeners(concurrency, letGo.signal);
  const worker = new Worker(QUEUE_NAME, process, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    autorun: false,
    // Where INFO is not allowed, the check fails, and the worker's loop would spin on that.
    skipVersionCheck: true,
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_INTERVAL_MS,
    // How often a message may be tried is for delivery to decide, from its trace.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  });
  worker.on('error', (error) => {
    // While Redis is away, the connection itself tells, once for every try.
    if (redis.status === 'ready') logger.warn({ err: error }, 'queue.error');
  });
  worker.on('stalled', (messageId) => logger.warn({ messageId }, 'message.recovered'));

  let inHand = 0;

  async function process(job: Job, token?: string): Promise<void> {
    inHand += 1;
    try {
      await handle(job, token);
    } finally {
      inHand -= 1;
    }
  }

  async function handle(job: Job, token: string | undefined): Promise<void> {
    const message = deliveryJobSchema.safeParse(job.data);
    if (!message.success) {
      logger.error({ jobId: job.id }, 'job.malformed');
      return;
    }
    let delayMs: number;
    try {
      const delivery = await deliver(message.data, {
        holder: token === undefined ? randomUUID() : `${token}:${job.attemptsStarted}`,
        hasWaited: job.attemptsStarted > 1,
        signal: letGo.signal,
      });
      if (delivery.kind === 'done') return;
      delayMs = delivery.delayMs;
    } catch (error) {
      logger.error({ err: error, messageId: job.id }, 'delivery.broke_off');
      delayMs = CRASH_DELAY_MS;
    }
    await job.moveToDelayed(now() + delayMs, token);
    throw new DelayedError();
  }

  return {
    start: () => {
      worker.run().catch((error: unknown) => logger.error({ err: error }, 'worker.stopped_running'));
    },
    close: async (graceMs) => {
      const timer = setTimeout(() => letGo.abort(), graceMs);
      try {
        // With Redis away, closing waits for it to come back. With nothing in hand there is nothing to wait for.
        if (inHand > 0 || redis.status === 'ready') await worker.close();
      } finally {
        clearTimeout(timer);
      }
    },
    disconnect: () => {
      worker.close(true).catch(() => undefined);
      worker.backend.disconnectBlocking(false).catch(() => undefined);
    },
  };
}
