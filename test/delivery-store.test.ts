import { gatewayKeys } from '@sms-gateway/contract';
import { createBlocks, spendKeys } from '@sms-gateway/screening';
import { createDeliveryStore, createTraceReader } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { ACCEPTED_ATTEMPT as accepted, SENT as sent, sampleJob } from './support/sample-delivery.ts';
import { openTestRedis } from './support/test-redis.ts';

const job = sampleJob();

async function setup() {
  const redis = await openTestRedis();
  await redis.hset(gatewayKeys.trace(job.id), 'accepted_at', job.acceptedAt);
  await redis.set(gatewayKeys.vault(job.id), 'sealed');
  await redis.set(gatewayKeys.newest(job.recipientKey), job.id);
  return {
    redis,
    store: createDeliveryStore({ redis }),
    trace: () => createTraceReader({ redis }).read(job.id),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

const first = {
  number: 1,
  provider: 'twilio',
  begunAt: 2000,
  holder: 'h1',
  blockNames: ['*', 'US', '+1'],
  isRedelivery: false,
  costsAgain: false,
  previous: undefined,
  notes: { route: 'default', encoding: 'GSM-7', segments: 1 },
};

test('an attempt to a blocked destination does not begin, and the end of the one before it is kept', async () => {
  await using bundle = await setup();
  await bundle.store.begin(job, first);
  const blocks = createBlocks({ redis: bundle.redis });
  await createBlocks({ redis: bundle.redis, now: () => Date.now() - 2000 }).add({
    name: 'US',
    forMs: 1000,
    reason: '',
  });
  expect((await bundle.store.facts(job)).blocks).toEqual([]);
  await blocks.add({ name: '+1', reason: '' });

  const previous = { ...accepted, result: 'provider_fault' as const, providerMessageId: undefined };
  expect(await bundle.store.begin(job, { ...first, number: 2, previous })).toBe('blocked');
  expect((await bundle.trace())?.attempts).toMatchObject([{ result: 'provider_fault' }]);
  expect((await bundle.store.facts(job)).blocks).toEqual(['+1']);
  await blocks.remove('+1');
  expect(await bundle.store.begin(job, { ...first, number: 2, previous })).toBe('begun');
});

test('an attempt does not begin where the end of the one before it was forgotten', async () => {
  await using bundle = await setup();
  const previous = { ...accepted, result: 'transient' as const, providerMessageId: undefined };
  expect(await bundle.store.begin(job, first)).toBe('begun');
  expect(await bundle.store.begin(job, { ...first, number: 2 })).toBe('outdated');
  expect(await bundle.store.begin(job, { ...first, number: 2, previous })).toBe('begun');
});

test('an attempt whose facts told of no block does not begin once anything is blocked, and then asks what', async () => {
  await using bundle = await setup();
  const blocks = createBlocks({ redis: bundle.redis });
  await blocks.add({ name: 'GB', reason: '' });
  const previous = { ...accepted, result: 'transient' as const, providerMessageId: undefined };
  expect(await bundle.store.begin(job, { ...first, blockNames: undefined })).toBe('blocked');
  expect((await bundle.store.facts(job)).blocks).toEqual(['GB']);
  expect(await bundle.store.begin(job, first)).toBe('begun');

  await blocks.remove('GB');
  expect(await bundle.store.begin(job, { ...first, number: 2, blockNames: undefined, previous })).toBe(
    'begun',
  );
});

test('an attempt begins once: its own repeat is told the same, anybody else is told to look again', async () => {
  await using bundle = await setup();
  const { store } = bundle;

  expect(await store.begin(job, first)).toBe('begun');
  expect(await store.begin(job, first)).toBe('begun');
  expect(await store.begin(job, { ...first, holder: 'h2' })).toBe('stale');
  expect((await bundle.trace())?.attempts).toHaveLength(1);
});

test('an attempt does not begin where another worker has stored another result of the one before', async () => {
  await using bundle = await setup();
  const { store } = bundle;
  const transient = { ...accepted, result: 'transient' as const, providerMessageId: undefined };
  await store.begin(job, first);
  await store.record(job, transient);

  const takenForDead = { ...transient, result: 'unknown' as const };
  expect(await store.begin(job, { ...first, number: 2, holder: 'h2', previous: takenForDead })).toBe(
    'settled',
  );
  expect(await store.begin(job, { ...first, number: 2, holder: 'h2', previous: undefined })).toBe('begun');
});

test('an attempt does not begin on facts of a Redis that was replaced since', async () => {
  await using bundle = await setup();

  expect(await bundle.store.begin(job, { ...first, number: 2 })).toBe('stale');
  expect((await bundle.trace())?.attempts).toEqual([]);
});

test('an attempt does not begin for a code that was replaced a moment ago', async () => {
  await using bundle = await setup();
  await bundle.redis.set(gatewayKeys.newest(job.recipientKey), 'msg_2');

  expect(await bundle.store.begin(job, first)).toBe('superseded');
  expect((await bundle.store.facts(job)).isNewest).toBe(false);
  expect((await bundle.trace())?.attempts).toEqual([]);
});

test('the next attempt writes down what the one before came to', async () => {
  await using bundle = await setup();
  await bundle.store.begin(job, first);
  const previous = {
    ...accepted,
    result: 'unknown' as const,
    code: 'socket_closed',
    providerMessageId: undefined,
  };

  await bundle.store.begin(job, { ...first, number: 2, provider: 'http', previous });

  expect((await bundle.trace())?.attempts).toMatchObject([
    { provider: 'twilio', result: 'unknown', code: 'socket_closed', concludedAt: 2500 },
    { provider: 'http', result: undefined },
  ]);
});

test('a message has one outcome: its own repeat is told so again, a second one changes nothing', async () => {
  await using bundle = await setup();
  await bundle.store.begin(job, first);

  expect(await bundle.store.conclude(job, sent)).toMatchObject({ isFirst: true });
  expect(await bundle.store.conclude(job, sent)).toMatchObject({ isFirst: true });
  expect(
    await bundle.store.conclude(job, { ...sent, outcome: 'failed', reason: 'late', holder: 'h2' }),
  ).toMatchObject({ isFirst: false });
  expect(await bundle.store.begin(job, { ...first, number: 2 })).toBe('concluded');
  expect(await bundle.trace()).toMatchObject({ outcome: 'sent', reason: 'accepted', outcomeAt: 2500 });
});

test('with the outcome the payload is gone', async () => {
  await using bundle = await setup();

  await bundle.store.conclude(job, sent);

  expect((await bundle.store.facts(job)).sealed).toBeUndefined();
  expect(await bundle.redis.exists(gatewayKeys.vault(job.id))).toBe(0);
});

test('a trace that lost its expiry, or was forgotten meanwhile, does not stay for ever', async () => {
  await using bundle = await setup();
  await bundle.redis.del(gatewayKeys.trace(job.id));

  await bundle.store.conclude(job, sent);

  expect(await bundle.redis.pttl(gatewayKeys.trace(job.id))).toBeGreaterThan(0);
});

test('a payload that a receipt may still need stays, until the message is ended for good', async () => {
  await using bundle = await setup();
  const live = { ...job, deadline: Date.now() + 60_000 };
  await bundle.store.conclude(live, { ...sent, awaitsReceipt: true });
  expect((await bundle.store.facts(live)).sealed).toBe('sealed');
  expect(await bundle.redis.pttl(gatewayKeys.awaiting(job.id))).toBeLessThanOrEqual(60_000);

  await bundle.store.conclude(live, {
    ...sent,
    outcome: 'superseded',
    reason: 'newer_code',
    holder: 'h2',
    isRedelivery: true,
    previous: undefined,
  });

  expect(await bundle.redis.exists(gatewayKeys.vault(job.id), gatewayKeys.awaiting(job.id))).toBe(0);
  expect(await bundle.trace()).toMatchObject({ outcome: 'sent', reason: 'accepted' });
});

test('who comes too late to conclude does not take the payload from a message that waits for its receipt', async () => {
  await using bundle = await setup();
  const live = { ...job, deadline: Date.now() + 60_000 };
  await bundle.store.conclude(live, { ...sent, awaitsReceipt: true });

  await bundle.store.conclude(live, { ...sent, outcome: 'failed', reason: 'late', holder: 'h2' });

  expect((await bundle.store.facts(live)).sealed).toBe('sealed');
});

test('a message that has its outcome begins another attempt only where it is sent again', async () => {
  await using bundle = await setup();
  await bundle.store.begin(job, first);
  await bundle.store.conclude(job, sent);
  await bundle.redis.hset(gatewayKeys.trace(job.id), 'a1.receipt_curable', '1');

  expect(await bundle.store.begin(job, { ...first, number: 2 })).toBe('concluded');
  expect(await bundle.store.begin(job, { ...first, number: 2, isRedelivery: true })).toBe('begun');
  expect((await bundle.trace())?.attempts).toHaveLength(2);
});

test('what an attempt came to stays, unless its provider was asked since', async () => {
  await using bundle = await setup();
  const unknown = {
    ...accepted,
    result: 'unknown' as const,
    code: 'never_concluded',
    providerMessageId: undefined,
  };
  await bundle.store.begin(job, first);
  await bundle.store.begin(job, { ...first, number: 2, provider: 'http', holder: 'h2', previous: unknown });

  await bundle.store.record(job, accepted);
  await bundle.store.conclude(job, sent);
  expect((await bundle.trace())?.attempts[0]).toMatchObject({ result: 'unknown', code: 'never_concluded' });

  await bundle.store.record(job, { ...accepted, code: 'found_by_lookup', wasAsked: true });
  expect((await bundle.trace())?.attempts[0]).toMatchObject({ result: 'accepted', wasAsked: true });
});

const unknown = {
  ...accepted,
  result: 'unknown' as const,
  code: 'answer_timeout',
  providerMessageId: undefined,
};

test('what a provider tells late settles an attempt that was unknown, and finds its early receipts', async () => {
  await using bundle = await setup();
  await bundle.store.begin(job, first);
  await bundle.store.record(job, unknown);
  const receipt = JSON.stringify({ status: 'delivered', isCurable: false });
  await bundle.redis.hset(gatewayKeys.earlyReceipts('twilio', 'SM1'), 'delivered', receipt);

  expect(await bundle.store.settle(job.id, accepted)).toEqual({
    isSettled: true,
    early: [{ providerMessageId: 'SM1', status: 'delivered', code: undefined, isCurable: false }],
  });
  expect((await bundle.trace())?.attempts).toMatchObject([
    { result: 'accepted', providerMessageId: 'SM1', code: undefined },
  ]);
  expect(await bundle.redis.get(gatewayKeys.providerMessage('twilio', 'SM1'))).toBe('msg_1.1');

  // The delivery that took it for unknown neither sends again nor says otherwise.
  expect(await bundle.store.begin(job, { ...first, number: 2, previous: unknown })).toBe('settled');
  await bundle.store.record(job, { ...unknown, wasAsked: true });
  await bundle.store.conclude(job, { ...sent, previous: { ...unknown, wasAsked: true } });
  expect(await bundle.trace()).toMatchObject({ outcome: 'sent', attempts: [{ result: 'accepted' }] });
});

test.each([
  ['was known', { ...accepted, result: 'provider_fault' as const, providerMessageId: undefined }, 'twilio'],
  ['is of another provider', unknown, 'vonage'],
])('what a provider tells late of an attempt that %s changes nothing', async (_, recorded, provider) => {
  await using bundle = await setup();
  await bundle.store.begin(job, first);
  await bundle.store.record(job, recorded);

  expect(await bundle.store.settle(job.id, { ...accepted, provider })).toMatchObject({ isSettled: false });
  expect((await bundle.trace())?.attempts).toMatchObject([{ result: recorded.result }]);
});

test('begins no attempt at a message that this Redis never accepted', async () => {
  await using bundle = await setup();
  await bundle.redis.del(gatewayKeys.trace(job.id));

  expect(await bundle.store.begin(job, first)).toBe('stale');
  expect(await bundle.redis.exists(gatewayKeys.trace(job.id))).toBe(0);
});

test('a redelivery goes no further than an attempt that was accepted meanwhile', async () => {
  await using bundle = await setup();
  await bundle.store.begin(job, first);
  await bundle.store.record(job, accepted);
  await bundle.redis.hset(gatewayKeys.trace(job.id), 'a1.receipt_curable', '1');
  const again = { ...first, isRedelivery: true, number: 2, provider: 'http' };
  expect(await bundle.store.begin(job, again)).toBe('begun');

  await bundle.store.record(job, { ...accepted, number: 2, provider: 'http' });

  expect(await bundle.store.begin(job, { ...again, number: 3, holder: 'h2' })).toBe('settled');
});

test('an attempt whose cost cannot be counted is not begun', async () => {
  await using bundle = await setup();
  const { redis, store, trace } = bundle;
  await store.begin(job, first);
  await redis.hset(gatewayKeys.trace(job.id), 'spend_segments', 1);
  await redis.set(spendKeys(job.connection).segments, 'no counter');
  const previous = { ...accepted, result: 'unknown' as const, providerMessageId: undefined };

  const second = store.begin(job, { ...first, number: 2, costsAgain: true, previous });

  await expect(second).rejects.toThrow();
  expect((await trace())?.attempts).toMatchObject([{ result: 'unknown' }]);
});
