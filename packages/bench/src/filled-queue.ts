import { parsePhoneNumber, QUEUE_NAME, QUEUE_PREFIX } from '@sms-gateway/contract';
import { createIdentity, createVault } from '@sms-gateway/privacy';
import { createProducer } from '@sms-gateway/delivery';
import { createScreening, createScreeningPlan } from '@sms-gateway/screening';
import { Queue } from 'bullmq';
import { messageNumber } from './auth0-requests.ts';
import type { PrivateRedis } from './private-redis.ts';

/** A queue that is filled before it is worked off. */
export type FilledQueue = {
  fill(messages: number): Promise<void>;
  /** Resolves when the last message in hand is put away too. */
  untilEmpty(): Promise<void>;
  close(): Promise<void>;
};

const NO_SCREENING = createScreening({
  blockNames: ['*'],
  configuredBlocks: [],
  plan: createScreeningPlan([], undefined),
  keys: [],
  cost: { segments: 0, price: 0 },
  code: undefined,
});

const AT_ONCE = 64;
const TTL_MS = 3600 * 1000;

/** Ours, filled by the producer of the ingress. */
export async function createGatewayQueue({ client }: PrivateRedis, payloadKey: Buffer): Promise<FilledQueue> {
  const keys = { kind: 'keys' as const, keys: [payloadKey] };
  const producer = createProducer({
    redis: client,
    check: { state: () => READY, confirm: (write) => write() },
    vault: createVault(keys),
    identity: createIdentity(keys),
    now: Date.now,
  });
  return filledQueue({
    client,
    keyPrefix: `${QUEUE_PREFIX}:${QUEUE_NAME}`,
    close: () => Promise.resolve(),
    add: async (number) => {
      const { recipient, text } = messageNumber(number);
      const phoneNumber = parsePhoneNumber(recipient);
      if (phoneNumber === undefined) throw new Error('the benchmark made an impossible number');
      await producer.accept({
        connection: 'default',
        recipient: phoneNumber,
        text,
        sender: 'Example',
        messageType: undefined,
        notice: undefined,
        idempotencyKey: undefined,
        repeatWindowMs: 10_000,
        ttlMs: TTL_MS,
        requestedAt: undefined,
        screening: NO_SCREENING,
        recordedDestination: [],
      });
    },
  });
}

/** The plain worker's, filled by `queue.add` as it is. */
export function createPlainQueue({ client }: PrivateRedis): FilledQueue {
  const queue = new Queue('sms', { connection: client });
  return filledQueue({
    client,
    keyPrefix: 'bull:sms',
    close: () => queue.close(),
    add: async (number) => {
      const { recipient, text } = messageNumber(number);
      await queue.add('sms', { recipient, body: text, sender: 'Example' });
    },
  });
}

const READY = { ready: true, reasons: [] };

type Parts = Pick<PrivateRedis, 'client'> & {
  keyPrefix: string;
  add: (number: number) => Promise<void>;
  close: () => Promise<void>;
};

function filledQueue({ client, keyPrefix, add, close }: Parts): FilledQueue {
  let number = 0;
  return {
    fill: async (messages) => {
      const end = number + messages;
      const addSome = async () => {
        while (number < end) await add(number++);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, addSome));
    },
    untilEmpty: async () => {
      let left: number;
      do {
        const [waiting, active] = await Promise.all([
          client.llen(`${keyPrefix}:wait`),
          client.llen(`${keyPrefix}:active`),
        ]);
        left = waiting + active;
      } while (left > 0);
    },
    close,
  };
}
