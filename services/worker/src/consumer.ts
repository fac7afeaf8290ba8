import { randomUUID } from 'node:crypto';
import { bullmqKeys, deliveryJobSchema, QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import { type DeliveryStore, QUEUE_SETTINGS } from '@sms-gateway/delivery';
import type { RedisClient } from '@sms-gateway/redis';
import type { Logger } from '@sms-gateway/process';
import { DelayedError, type Job, Worker } from 'bullmq';
import type { Deliver } from './deliver.ts';
import { createQueueBackend } from './queue-backend.ts';

// A dead worker is noticed at the first check after its lock has expired: 6 to 9 seconds. With BullMQ's defaults it
// would take a minute, and a code may have expired by then.
const LOCK_MS = 6000;
const STALLED_INTERVAL_MS = 3000;
/** Milliseconds until a message whose delivery failed through a bug of ours is handed out again. */
const CRASH_DELAY_MS = 1000;

export type Consumer = {
  start(): void;
  /** Takes no more messages, and resolves when those in progress are done. After `graceMs` milliseconds it aborts them. */
  close(graceMs: number): Promise<void>;
  /** Drops the consumer's own connection, on which it waits for messages, whether or not `close` has finished. */
  disconnect(): void;
};

type Deps = {
  redis: RedisClient;
  store: Pick<DeliveryStore, 'take'>;
  deliver: Deliver;
  concurrency: number;
  logger: Logger;
  now: () => number;
};

/** Takes messages from the queue, hands them to `deliver`, and releases them as it says. */
export function createConsumer({ redis, store, deliver, concurrency, logger, now }: Deps): Consumer {
  const abortDeliveries = new AbortController();
  const backend = createQueueBackend({ store, lockMs: LOCK_MS, now });
  const worker = new Worker(
    QUEUE_NAME,
    process,
    {
      connection: redis,
      prefix: QUEUE_PREFIX,
      autorun: false,
      // The check fails where INFO is not allowed, and the worker's loop would spin on that.
      skipVersionCheck: true,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_INTERVAL_MS,
      // Delivery decides from the trace how often a message is tried.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    },
    backend.create,
  );
  worker.on('error', (error) => {
    // While Redis is away, the connection reports that itself, once for every try.
    if (redis.status === 'ready') logger.warn({ err: error }, 'queue.error');
  });
  worker.on('stalled', (messageId) => logger.warn({ messageId }, 'message.recovered'));

  let inHand = 0;

  function process(job: Job, token?: string): Promise<void> {
    inHand += 1;
    return handle(job, token).finally(() => {
      inHand -= 1;
    });
  }

  async function handle(job: Job, token: string = randomUUID()): Promise<void> {
    const facts = backend.factsOf(token);
    const message = deliveryJobSchema.safeParse(job.data);
    if (!message.success) {
      logger.error({ jobId: job.id }, 'job.malformed');
      return;
    }
    const queued = backend.queuedJob(job.id ?? '', token, { takesNext: () => worker.closing === undefined });
    let delayMs: number;
    try {
      const release = await deliver(message.data, {
        holder: `${token}:${job.attemptsStarted}`,
        hasWaited: job.attemptsStarted > 1,
        signal: abortDeliveries.signal,
        facts,
        queued,
      });
      if (release.kind === 'done') return;
      delayMs = release.delayMs;
    } catch (error) {
      logger.error({ err: error, messageId: job.id }, 'delivery.broke_off');
      if (queued.isReleased()) return;
      delayMs = CRASH_DELAY_MS;
    }
    await job.moveToDelayed(now() + delayMs, token);
    throw new DelayedError();
  }

  return {
    start: () => {
      redis.hset(bullmqKeys.meta, QUEUE_SETTINGS).catch(() => undefined);
      worker.run().catch((error: unknown) => logger.error({ err: error }, 'worker.stopped_running'));
    },
    close: async (graceMs) => {
      const timer = setTimeout(() => abortDeliveries.abort(), graceMs);
      try {
        // Closing waits for Redis to come back. With no work in progress, that is not needed.
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
