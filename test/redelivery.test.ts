import { type DeliveryJob, gatewayKeys } from '@sms-gateway/contract';
import { createDeliveryStore, createReceiptHandler, createReceiptStore } from '@sms-gateway/delivery';
import { createGuard } from '@sms-gateway/screening';
import { type DurabilityCheck, NotDurableError } from '@sms-gateway/redis';
import { createReceiptReferences, createVault, jobBinding } from '@sms-gateway/privacy';
import { createRouter } from '../packages/routing/src/index.ts';
import { createLogger } from '../packages/process/src/logger.ts';
import { createRegistry } from '../packages/process/src/metrics.ts';
import { expect, test } from 'vitest';
import type { Provider, SendRequest, SendResult } from '../packages/providers/src/provider.ts';
import { createDeliver } from '../services/worker/src/deliver.ts';
import { createHealth } from '../services/worker/src/health/create-health.ts';
import { createWorkerMetrics } from '../services/worker/src/metrics.ts';
import { createOpenMessage } from '../services/worker/src/open-message.ts';
import { createProviderCalls } from '../services/worker/src/provider-calls.ts';
import { sampleJob } from './support/sample-delivery.ts';
import { openTestRedis } from './support/test-redis.ts';

const job = sampleJob({
  id: 'msg_0123456789abcdefghij-_',
  acceptedAt: Date.now(),
  deadline: Date.now() + 180_000,
});
const reference = { messageId: job.id, attempt: 1 };
const undelivered = {
  providerMessageId: 'SM1',
  status: 'undelivered',
  code: 'twilio_30003',
  isCurable: true,
} as const;

/** The delivery of a worker with everything real but the two providers behind it, `twilio` and `http`. */
async function setup({
  twilio = () => ({ kind: 'accepted', providerMessageId: 'SM1' }),
  confirm = (write) => write(),
  providers = ['twilio', 'http'],
}: {
  twilio?: () => SendResult | Promise<SendResult>;
  confirm?: DurabilityCheck['confirm'];
  /** Of the route. */
  providers?: string[];
} = {}) {
  const redis = await openTestRedis();
  const now = Date.now;
  const vault = createVault({ kind: 'off' });
  await redis.hset(gatewayKeys.trace(job.id), { accepted_at: job.acceptedAt, connection: 'default' });
  await redis.set(gatewayKeys.newest(job.recipientKey), job.id);
  const sealed = vault.seal(jobBinding(job), { to: '+14155550123', body: 'Your code is 493817' });
  await redis.set(gatewayKeys.vault(job.id), sealed, 'PXAT', job.deadline);

  const sent: string[] = [];
  const provider = (name: string, receipts: Provider['receipts']): Provider => ({
    name,
    receipts,
    send: async ({ id }: SendRequest) => {
      sent.push(name);
      return name === 'twilio' ? twilio() : { kind: 'accepted', providerMessageId: `${id}-${sent.length}` };
    },
    close: async () => undefined,
  });
  const registry = createRegistry({ service: 'test' });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const receipts = createReceiptStore({ redis, now });
  const health = createHealth({
    providers: [{ name: 'twilio' }, { name: 'http' }],
    rateLimits: {},
    rateLimit: { take: async () => ({ granted: true }) },
    now,
    random: Math.random,
  });
  const receiptHandler = createReceiptHandler({
    receipts,
    durability: { confirm },
    guard: createGuard({ redis }),
    registry,
    logger,
  });
  const router = createRouter({
    routes: [],
    connectionRoutes: {},
    defaultProviders: providers,
    senderRules: {},
    registrations: {},
  });
  const deliver = createDeliver({
    store: createDeliveryStore({ redis }),
    durability: { confirm },
    openMessage: createOpenMessage({
      vault,
      plan: (message) => router.plan(message),
      replacesSmartCharacters: false,
      logger,
    }),
    calls: createProviderCalls({
      providers: [provider('twilio', 'connection'), provider('http', 'none')],
      health,
      references: createReceiptReferences({ kind: 'off' }),
      publicUrl: undefined,
      now,
    }),
    health,
    receipts,
    receiptHandler,
    metrics: createWorkerMetrics({ registry }),
    lastErrors: { note: () => undefined },
    logEvent: () => undefined,
    onUnknown: 'resend',
    blockedDestinations: () => [],
    now,
    random: Math.random,
  });
  let leases = 0;
  return {
    redis,
    receipts,
    receiptHandler,
    sent,
    deliver: (message: DeliveryJob) => {
      leases += 1;
      const signal = new AbortController().signal;
      return deliver(message, { holder: `lease-${leases}`, hasWaited: false, signal });
    },
    queued: () => redis.lrange('{gateway}:sms:wait', 0, -1),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

test('a job that is handed out a second time leaves a message to the one that was put back for it', async () => {
  await using bundle = await setup();
  await bundle.deliver(job);
  await bundle.receipts.enter('twilio', undelivered, reference);
  expect(bundle.sent).toEqual(['twilio']);

  // As after a crash between the outcome and the removal from the queue.
  expect(await bundle.deliver(job)).toEqual({ kind: 'done' });
  expect(bundle.sent).toEqual(['twilio']);

  await bundle.deliver({ ...job, afterAttempt: 1 });
  await bundle.deliver({ ...job, afterAttempt: 1 });
  expect(bundle.sent).toEqual(['twilio', 'http']);
});

test('a job that is handed out a second time puts the message back where nobody came to do so', async () => {
  await using bundle = await setup();
  await bundle.deliver(job);
  await bundle.receipts.enter('twilio', undelivered, reference);
  await bundle.redis.del('{gateway}:sms:wait', `{gateway}:sms:${job.id}.after-1`);

  await bundle.deliver(job);

  expect(await bundle.queued()).toEqual([`${job.id}.after-1`]);
});

test('a message is handed back only once the result of its last attempt is durable', async () => {
  const confirmed: unknown[] = [];
  let isForgotten = false;
  await using bundle = await setup({
    providers: ['twilio'],
    twilio: () => ({ kind: 'throttled', code: 'twilio_20429', retryAfterMs: 60_000 }),
    confirm: async (write) => {
      const answer = await write();
      const trace = gatewayKeys.trace(job.id);
      if (!isForgotten && (await bundle.redis.hdel(trace, 'a1.result')) > 0) {
        isForgotten = true;
        throw new NotDurableError('Redis was replaced meanwhile');
      }
      confirmed.push(await bundle.redis.hgetall(trace));
      return answer;
    },
  });

  expect(await bundle.deliver(job)).toMatchObject({ kind: 'later' });

  expect(isForgotten).toBe(true);
  expect(confirmed.at(-1)).toMatchObject({ 'a1.result': 'throttled' });
  expect(await bundle.redis.hgetall(gatewayKeys.trace(job.id))).toEqual(confirmed.at(-1));
});

test('a message is not given up for an attempt that another worker has found not to be sent', async () => {
  let isStored = false;
  await using bundle = await setup({
    confirm: async (write) => {
      // The worker that was taken for dead comes back while the other one concludes.
      if (!isStored) await bundle.redis.hset(gatewayKeys.trace(job.id), { 'a3.result': 'transient' });
      isStored = true;
      return write();
    },
  });
  const attempts = ['twilio', 'http', 'twilio'].flatMap((provider, index) => [
    [`a${index + 1}.provider`, provider],
    ...(index < 2 ? [[`a${index + 1}.result`, 'unknown']] : []),
  ]);
  await bundle.redis.hset(gatewayKeys.trace(job.id), { attempts: 3, ...Object.fromEntries(attempts) });

  // Three unknown outcomes would be the end.
  expect(await bundle.deliver(job)).toMatchObject({ kind: 'later' });

  expect(isStored).toBe(true);
  expect(await bundle.redis.hget(gatewayKeys.trace(job.id), 'outcome')).toBeNull();
});

test.each<[string, (deliver: () => Promise<unknown>, receipt: () => Promise<unknown>) => Promise<unknown>]>([
  ['before its outcome', (deliver) => deliver()],
  ['and whose worker died then', (deliver, receipt) => deliver().then(receipt).then(deliver)],
])(
  'a message that did not arrive, as is known %s, is put back durably before its job is done',
  async (when, play) => {
    let losses = 0;
    const isPutBack = async () => (await bundle.queued()).length > 0;
    const enter = () => bundle.receipts.enter('twilio', undelivered, reference);
    await using bundle = await setup({
      twilio: async () => {
        if (when.startsWith('before')) await enter();
        return { kind: 'accepted', providerMessageId: 'SM1' };
      },
      confirm: async (write) => {
        const answer = await write();
        if (losses === 0 && (await isPutBack())) {
          losses += 1;
          await bundle.redis.del('{gateway}:sms:wait', `{gateway}:sms:${job.id}.after-1`);
          throw new NotDurableError('Redis was replaced meanwhile');
        }
        return answer;
      },
    });

    const forget = async () => {
      await enter();
      await bundle.redis.del('{gateway}:sms:wait', `{gateway}:sms:${job.id}.after-1`);
    };
    await play(() => bundle.deliver(job), forget);

    expect(losses).toBe(1);
    expect(await bundle.queued()).toEqual([`${job.id}.after-1`]);
  },
);

test('an attempt whose result a failover has forgotten is unknown, and the next one begins', async () => {
  let isForgotten = false;
  await using bundle = await setup({
    confirm: async (write) => {
      if (!isForgotten) await bundle.redis.hdel(gatewayKeys.trace(job.id), 'a1.result');
      isForgotten = true;
      return write();
    },
  });
  await bundle.redis.hset(gatewayKeys.trace(job.id), {
    attempts: 1,
    'a1.provider': 'twilio',
    'a1.result': 'transient',
  });

  expect(await bundle.deliver(job)).toEqual({ kind: 'done' });

  expect(isForgotten).toBe(true);
  expect(bundle.sent).toEqual(['http']);
  expect(await bundle.redis.hgetall(gatewayKeys.trace(job.id))).toMatchObject({
    'a1.result': 'unknown',
    'a2.result': 'accepted',
    outcome: 'sent',
  });
});

test('a receipt that a failover forgot is entered again before the provider hears that it is stored', async () => {
  let isForgotten = false;
  await using bundle = await setup({
    confirm: async (write) => {
      const answer = await write();
      const { redis } = bundle;
      if (
        !isForgotten &&
        (await redis.hdel(gatewayKeys.trace(job.id), 'a1.receipt', 'a1.receipt_curable')) > 0
      ) {
        isForgotten = true;
        await redis.del('{gateway}:sms:wait', `{gateway}:sms:${job.id}.after-1`);
        throw new NotDurableError('Redis was replaced meanwhile');
      }
      return answer;
    },
  });
  await bundle.deliver(job);

  expect(await bundle.receiptHandler.take('twilio', undelivered, reference)).toMatchObject({
    kind: 'applied',
    redelivers: true,
  });

  expect(isForgotten).toBe(true);
  expect(await bundle.queued()).toEqual([`${job.id}.after-1`]);
});
