import { gatewayKeys, type Receipt } from '@sms-gateway/contract';
import { createDeliveryStore, createReceiptStore, createTraceReader } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { ACCEPTED_ATTEMPT, SENT, sampleJob } from './support/sample-delivery.ts';
import { openTestRedis } from './support/test-redis.ts';

const NOW = Date.now();
const job = sampleJob({
  id: 'msg_0123456789abcdefghij-_',
  acceptedAt: NOW - 4000,
  deadline: NOW + 176_000,
});
const reference = { messageId: job.id, attempt: 1 };

const receipt = (status: Receipt['status'], isCurable = false): Receipt => ({
  providerMessageId: 'SM1',
  status,
  code: status === 'delivered' ? undefined : `twilio_${status}`,
  isCurable,
});

/** A message whose first attempt, at twilio, was accepted, and whose payload was kept for its receipt. */
async function setup({ isConcluded = true } = {}) {
  const redis = await openTestRedis();
  await redis.hset(gatewayKeys.trace(job.id), {
    accepted_at: job.acceptedAt,
    connection: 'default',
    country: 'US',
  });
  await redis.set(gatewayKeys.vault(job.id), 'sealed', 'PXAT', job.deadline);
  await redis.set(gatewayKeys.newest(job.recipientKey), job.id);
  const store = createDeliveryStore({ redis });
  await store.begin(job, {
    number: 1,
    provider: 'twilio',
    begunAt: NOW - 3000,
    holder: 'h1',
    blockNames: [],
    isRedelivery: false,
    costsAgain: false,
    previous: undefined,
    notes: { route: 'default', encoding: 'GSM-7', segments: 1 },
  });
  const conclude = () =>
    store.conclude(job, {
      ...SENT,
      at: NOW - 2000,
      awaitsReceipt: true,
      previous: { ...ACCEPTED_ATTEMPT, concludedAt: NOW - 2000 },
    });
  if (isConcluded) await conclude();
  return {
    redis,
    store,
    conclude,
    book: createReceiptStore({ redis, now: () => NOW }),
    attempt: async () => (await createTraceReader({ redis }).read(job.id))?.attempts[0],
    /** Messages put back into the queue. */
    queued: () => redis.lrange('{gateway}:sms:wait', 0, -1),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

test('a receipt is written down once, with the way of its message', async () => {
  await using bundle = await setup();

  expect(await bundle.book.enter('twilio', receipt('delivered'), reference)).toEqual({
    kind: 'applied',
    messageId: job.id,
    attempt: 1,
    connection: 'default',
    country: 'US',
    sinceAcceptedMs: 4000,
    redelivers: false,
    status: 'delivered',
  });
  expect(await bundle.book.enter('twilio', receipt('delivered'), reference)).toMatchObject({
    kind: 'repeated',
  });
  expect(await bundle.attempt()).toMatchObject({ receipt: { status: 'delivered', at: NOW } });
});

test.each<[string, Receipt['status'][]]>([
  ['as they should', ['sent', 'delivered']],
  ['the wrong way round', ['delivered', 'sent']],
  ['in any order, however often', ['undelivered', 'sent', 'delivered', 'undelivered', 'unknown']],
])('what stays is the same, whether receipts come %s', async (_title, statuses) => {
  await using bundle = await setup();

  for (const status of statuses) await bundle.book.enter('twilio', receipt(status), reference);

  expect(await bundle.attempt()).toMatchObject({ receipt: { status: 'delivered', code: undefined } });
});

test('without a reference the provider’s own id tells the message', async () => {
  await using bundle = await setup();

  expect(await bundle.book.enter('twilio', receipt('sent'), undefined)).toMatchObject({
    kind: 'applied',
    messageId: job.id,
    attempt: 1,
  });
});

test('a receipt that comes before its message is known waits for it, and no longer than a minute', async () => {
  await using bundle = await setup({ isConcluded: false });

  expect(await bundle.book.enter('twilio', receipt('delivered'), undefined)).toMatchObject({
    kind: 'held',
    isNew: true,
  });
  expect(await bundle.book.enter('twilio', receipt('delivered'), undefined)).toMatchObject({
    kind: 'held',
    isNew: false,
  });
  expect(await bundle.redis.pttl(gatewayKeys.earlyReceipts('twilio', 'SM1'))).toBeGreaterThan(0);
  expect(await bundle.redis.pttl(gatewayKeys.earlyReceipts('twilio', 'SM1'))).toBeLessThanOrEqual(60_000);

  expect((await bundle.conclude()).early).toEqual([receipt('delivered')]);
});

test('nobody’s receipt reaches another provider’s attempt, or a message that is not there', async () => {
  await using bundle = await setup();

  expect(await bundle.book.enter('telnyx', receipt('delivered'), reference)).toMatchObject({
    kind: 'unknown_message',
  });
  expect(await bundle.book.enter('twilio', receipt('delivered'), { ...reference, attempt: 2 })).toMatchObject(
    { kind: 'unknown_message' },
  );
  expect(
    await bundle.book.enter('twilio', receipt('delivered'), { messageId: 'msg_none', attempt: 1 }),
  ).toMatchObject({ kind: 'unknown_message' });
  expect(await bundle.attempt()).toMatchObject({ receipt: undefined });
});

test.each<[string, Receipt]>([
  ['delivered', receipt('delivered')],
  ['undelivered for good', receipt('undelivered')],
  ['expired', receipt('expired')],
  ['unknown for good', receipt('unknown')],
])('with a final receipt, %s, the payload is gone', async (_title, final) => {
  await using bundle = await setup();
  expect((await bundle.store.facts(job)).sealed).toBe('sealed');
  await bundle.book.enter('twilio', receipt('sent'), reference);
  expect((await bundle.store.facts(job)).sealed).toBe('sealed');

  await bundle.book.enter('twilio', final, reference);

  expect((await bundle.store.facts(job)).sealed).toBeUndefined();
  expect(await bundle.redis.exists(gatewayKeys.awaiting(job.id))).toBe(0);
  expect(await bundle.queued()).toEqual([]);
});

test('a failure that another provider may cure puts the message back, once', async () => {
  await using bundle = await setup();

  const entered = [1, 2, 3].map(() => bundle.book.enter('twilio', receipt('undelivered', true), reference));

  expect((await Promise.all(entered)).map(({ kind }) => kind).toSorted()).toEqual([
    'applied',
    'repeated',
    'repeated',
  ]);
  expect(await bundle.queued()).toEqual([`${job.id}.after-1`]);
  const [id] = await bundle.queued();
  expect(JSON.parse((await bundle.redis.hget(`{gateway}:sms:${id}`, 'data')) ?? '')).toEqual({
    ...job,
    afterAttempt: 1,
  });
  expect((await bundle.store.facts(job)).sealed).toBe('sealed');
});

test('a repeated failure puts the message back that the first one could not', async () => {
  await using bundle = await setup();
  await bundle.book.enter('twilio', receipt('undelivered', true), reference);
  await bundle.redis.del('{gateway}:sms:wait', `{gateway}:sms:${job.id}.after-1`);

  expect(await bundle.book.enter('twilio', receipt('undelivered', true), reference)).toMatchObject({
    kind: 'repeated',
    redelivers: true,
  });
  expect(await bundle.queued()).toEqual([`${job.id}.after-1`]);
});

test('a failure puts nothing back once the next attempt has begun', async () => {
  await using bundle = await setup();
  await bundle.book.enter('twilio', receipt('undelivered', true), reference);
  await bundle.redis.del('{gateway}:sms:wait', `{gateway}:sms:${job.id}.after-1`);
  const begun = await bundle.store.begin(job, {
    number: 2,
    provider: 'http',
    begunAt: NOW,
    holder: 'h2',
    blockNames: [],
    isRedelivery: true,
    costsAgain: false,
    previous: undefined,
    notes: { route: 'default', encoding: 'GSM-7', segments: 1 },
  });
  expect(begun).toBe('begun');

  expect(await bundle.book.enter('twilio', receipt('undelivered', true), reference)).toMatchObject({
    kind: 'repeated',
    redelivers: false,
  });
  expect(await bundle.queued()).toEqual([]);
});

test('a failure puts nothing back once the message was delivered', async () => {
  await using bundle = await setup();
  await bundle.book.enter('twilio', receipt('delivered'), reference);

  expect(await bundle.book.enter('twilio', receipt('undelivered', true), reference)).toMatchObject({
    redelivers: false,
  });
  expect(await bundle.queued()).toEqual([]);
});

test('a receipt that overtakes the answer to its own request is told to whoever writes that down', async () => {
  await using bundle = await setup({ isConcluded: false });
  await bundle.book.enter('twilio', receipt('undelivered', true), reference);

  expect(await bundle.conclude()).toMatchObject({ isFirst: true, isUndelivered: true });
  await bundle.book.reopen(job, 1);
  expect(await bundle.queued()).toEqual([`${job.id}.after-1`]);
});

test('an attempt whose result is not known gets its provider’s id from the receipt', async () => {
  await using bundle = await setup({ isConcluded: false });

  await bundle.book.enter('twilio', receipt('delivered'), reference);

  expect(await bundle.attempt()).toMatchObject({ providerMessageId: 'SM1', result: undefined });
});

test.each<[string, Receipt, 0 | 1]>([
  ['delivered', receipt('delivered'), 0],
  ['undelivered for good', receipt('undelivered'), 0],
  ['sent', receipt('sent'), 1],
])(
  'a payload is kept for a receipt only where none that is final was there before: %s',
  async (_title, before, kept) => {
    await using bundle = await setup({ isConcluded: false });
    await bundle.book.enter('twilio', before, reference);

    expect(await bundle.conclude()).toMatchObject({ isFirst: true, isUndelivered: false });
    expect(await bundle.redis.exists(gatewayKeys.vault(job.id))).toBe(kept);
    expect(await bundle.redis.exists(gatewayKeys.awaiting(job.id))).toBe(kept);
  },
);
