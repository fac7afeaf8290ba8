import { gatewayKeys, parsePhoneNumber } from '@sms-gateway/contract';
import { createProducer } from '@sms-gateway/delivery';
import { createIdentity, createVault } from '@sms-gateway/privacy';
import { createScreening, createScreeningPlan, type Limit } from '@sms-gateway/screening';
import { expect, test } from 'vitest';
import { readCounters } from './support/read-counters.ts';
import { createDisposal } from './support/disposal.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';

const KEYS = { kind: 'keys' as const, keys: [Buffer.alloc(32, 1)] };
const LIMIT: Limit = {
  rule: 'recipient_hour',
  windowMs: 3_600_000,
  max: 2,
  mode: 'enforce',
  counts: 'messages',
};

async function setup() {
  const disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const redis = disposal.use(openRedis(url));
  const identity = createIdentity(KEYS);
  const producer = createProducer({
    redis,
    check: { state: () => ({ ready: true, reasons: [] }), confirm: (write) => write() },
    vault: createVault(KEYS),
    identity,
    now: Date.now,
  });
  const counter = (number: string) => gatewayKeys.counters('recipient', number);
  return {
    redis,
    identity,
    counter,
    accept: (number: string, text: string) => {
      const recipient = parsePhoneNumber(number);
      if (recipient === undefined) throw new Error('no phone number');
      return producer.accept({
        connection: 'default',
        recipient,
        text,
        sender: undefined,
        messageType: undefined,
        notice: undefined,
        idempotencyKey: undefined,
        repeatWindowMs: 10_000,
        ttlMs: 60_000,
        requestedAt: undefined,
        screening: createScreening({
          blockNames: ['*'],
          configuredBlocks: [],
          plan: createScreeningPlan([[LIMIT]], undefined),
          keys: [counter(number)],
          cost: { segments: 1, price: 0 },
          code: undefined,
        }),
        recordedDestination: [],
      });
    },
    [Symbol.asyncDispose]: () => disposal.dispose(),
  };
}

const [ONE, TWO, THREE] = ['+14155550101', '+14155550102', '+14155550103'] as const;

test('messages that come at once are one command, and each is limited, repeated and counted as if alone', async () => {
  await using bundle = await setup();
  const { accept, redis, counter } = bundle;
  await accept(THREE, 'Code 1');
  await redis.config('RESETSTAT');

  const answers = await Promise.all([
    accept(ONE, 'Code 1'),
    accept(ONE, 'Code 1'),
    accept(ONE, 'Code 2'),
    accept(ONE, 'Code 3'),
    accept(TWO, 'Code 1'),
  ]);

  expect(answers.map(({ kind }) => kind)).toEqual([
    'accepted',
    'accepted',
    'accepted',
    'limited',
    'accepted',
  ]);
  expect(answers.map((answer) => ('isRepeat' in answer ? answer.isRepeat : undefined))).toEqual([
    false,
    true,
    false,
    undefined,
    false,
  ]);
  expect(await redis.info('commandstats')).toMatch(/^cmdstat_evalsha:calls=1,/m);
  expect(await redis.llen('{gateway}:sms:wait')).toBe(4);
  const sums = await Promise.all([ONE, TWO].map((number) => readCounters(redis, counter(number))));
  expect(sums.map(({ counters }) => counters['3600000:']?.[1])).toEqual([2, 1]);
});

test('an error in one message is its own: it is neither enqueued nor counted, and the others are', async () => {
  await using bundle = await setup();
  const { accept, redis, identity, counter } = bundle;
  const [hash] = identity.historyKeys({ kind: 'number', value: TWO });
  // No list, as the script expects.
  await redis.set(gatewayKeys.history(hash), 'x');

  const answers = await Promise.allSettled([
    accept(ONE, 'Code 1'),
    accept(TWO, 'Code 1'),
    accept(THREE, 'Code 1'),
  ]);

  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(answers[1]).toMatchObject({ reason: { name: 'QueueUnavailableError' } });
  expect(await redis.llen('{gateway}:sms:wait')).toBe(2);
  expect((await readCounters(redis, counter(TWO))).counters).toEqual({});
  expect(await redis.keys('{gateway}:repeat:*')).toHaveLength(2);
});
