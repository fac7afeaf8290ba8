import { setTimeout as delay } from 'node:timers/promises';
import { QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageNumber, userAddress } from './auth0-requests.ts';
import { createGatewayInProcess } from './gateway-in-process.ts';
import { raisedLimits } from './raised-limits.ts';

/** A queue that is filled while it is paused, and then worked off. */
export type FilledQueue = {
  fill(messages: number): Promise<void>;
  /** Workers take no further message. Resolves when they have none in hand. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Resolves when no message waits, and workers have none in hand. */
  untilIdle(): Promise<void>;
};

const AT_ONCE = 64;
/** Longer than any benchmark takes. */
const TTL_MS = 3600 * 1000;

/**
 * The gateway's, filled as its ingress does with every default rule on. `key` seals the payloads; the messages are numbered
 * from `firstNumber` on.
 */
export function createGatewayQueue(
  client: Redis,
  { key, firstNumber = 0 }: { key?: Buffer; firstNumber?: number } = {},
): FilledQueue {
  const gateway = createGatewayInProcess(client, {
    screening: 'on',
    yaml: raisedLimits(),
    ...(key !== undefined && { key }),
  });
  const queue = new Queue(QUEUE_NAME, { connection: client, prefix: QUEUE_PREFIX });
  return filledQueue(queue, firstNumber, async (number) => {
    const message = { ...messageNumber(number), ip: userAddress(number) };
    const { answer } = await gateway.accept(message, { ttlMs: TTL_MS });
    if (answer.kind !== 'accepted') throw new Error(`the gateway has ${answer.kind} a message`);
  });
}

/** A plain queue, filled by `queue.add` as it is. */
export function createPlainQueue(client: Redis, name: string): FilledQueue {
  const queue = new Queue(name, { connection: client });
  return filledQueue(queue, 0, async (number) => {
    const { recipient, text } = messageNumber(number);
    await queue.add(name, { recipient, body: text, sender: 'Example' });
  });
}

function filledQueue(queue: Queue, firstNumber: number, add: (number: number) => Promise<void>): FilledQueue {
  let number = firstNumber;
  const untilNone = async (...states: ('waiting' | 'active')[]) => {
    // Asking costs Redis CPU.
    while ((await queue.getJobCountByTypes(...states)) > 0) await delay(5);
  };
  return {
    fill: async (messages) => {
      const end = number + messages;
      const addSome = async () => {
        while (number < end) await add(number++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, addSome));
    },
    pause: async () => {
      await queue.pause();
      await untilNone('active');
    },
    resume: () => queue.resume(),
    untilIdle: () => untilNone('waiting', 'active'),
  };
}
