import { gatewayKeys } from '@sms-gateway/contract';
import { createTraceReader } from '@sms-gateway/delivery';
import { createReceiptReferences } from '@sms-gateway/privacy';
import { describe, expect, test } from 'vitest';
import { createDisposal } from './support/disposal.ts';
import { PAYLOAD_KEY } from './support/base-env.ts';
import { series } from './support/series.ts';
import { startIngress } from './support/services.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';
import { until } from './support/until.ts';

const DELIVERED = { groupId: 3, id: 5 };
const UNDELIVERED = { groupId: 2, id: 9 };
const [A, B] = ['msg_aaaaaaaaaaaaaaaaaaaaaa', 'msg_bbbbbbbbbbbbbbbbbbbbbb'];

/** An ingress, and the messages A and B, each taken by infobip and waiting for its receipt. */
async function setup() {
  const stack = createDisposal();
  const redis = stack.use(await startTestRedis());
  const client = stack.use(openRedis(redis.url));
  const ingress = stack.use(
    await startIngress({ REDIS_URL: redis.url, PUBLIC_URL: 'https://sms.example.test' }),
  );
  await until(async () => expect((await ingress.ready()).status).toBe(200));
  const [acceptedAt, deadline] = [Date.now(), Date.now() + 180_000];
  for (const id of [A, B]) {
    const job = { id, connection: 'default', recipientKey: `r-${id}`, acceptedAt, deadline };
    await client.set(gatewayKeys.vault(id), 'sealed');
    await client.set(gatewayKeys.awaiting(id), JSON.stringify(job));
    await client.hset(gatewayKeys.trace(id), {
      connection: 'default',
      accepted_at: acceptedAt,
      deadline,
      attempts: 1,
      'a1.provider': 'infobip',
      'a1.result': 'accepted',
      'a1.provider_message_id': id,
      outcome: 'sent',
    });
  }
  const keys = Buffer.from(PAYLOAD_KEY, 'base64url');
  const references = createReceiptReferences({ kind: 'keys', keys: [keys] });
  const reference = (messageId: string, { provider = 'infobip', attempt = 1, lifeMs = 60_000 } = {}) =>
    references.issue({ messageId, attempt, provider, expiresAt: Date.now() + lifeMs });
  const traces = createTraceReader({ redis: client });
  return {
    client,
    ingress,
    reference,
    /** Calls back as Infobip does. */
    post: async (token: string, results: [messageId: string, status: object][], provider = 'infobip') => {
      const response = await fetch(`${ingress.url}/v1/receipts/${provider}/${token}`, {
        method: 'POST',
        body: JSON.stringify({ results: results.map(([messageId, status]) => ({ messageId, status })) }),
      });
      return response.status;
    },
    postWithoutProof: () =>
      fetch(`${ingress.url}/v1/receipts/infobip`, { method: 'POST', body: '{"results":[]}' }),
    receiptOf: async (id: string) => (await traces.read(id))?.attempts[0]?.receipt?.status,
    payloads: () => client.exists(...[A, B].map(gatewayKeys.vault)),
    requeued: () => client.lrange('{gateway}:sms:wait', 0, -1),
    ignored: async (reason: string) =>
      series(
        await ingress.metrics(),
        `gateway_receipts_ignored_total{provider="infobip",reason="${reason}"}`,
      ),
    [Symbol.asyncDispose]: () => stack.dispose(),
  };
}

describe("with the callback URL of one message, another's", () => {
  test('receipts in the same call are dropped and counted, whichever comes first', async () => {
    await using bundle = await setup();
    const url = bundle.reference(B);

    expect(
      await bundle.post(url, [
        [A, UNDELIVERED],
        [B, DELIVERED],
      ]),
    ).toBe(200);
    expect(
      await bundle.post(url, [
        [B, DELIVERED],
        [A, UNDELIVERED],
      ]),
    ).toBe(200);

    expect(await bundle.receiptOf(A)).toBeUndefined();
    expect(await bundle.receiptOf(B)).toBe('delivered');
    expect(await bundle.requeued()).toEqual([]);
    expect(await bundle.payloads()).toBe(1);
    expect(await bundle.ignored('other_message')).toBe(2);
  });

  test.each([
    ['undelivered', UNDELIVERED],
    ['delivered', DELIVERED],
  ])('receipt alone, which says %s, changes neither', async (_title, status) => {
    await using bundle = await setup();

    expect(await bundle.post(bundle.reference(B), [[A, status]])).toBe(200);

    expect([await bundle.receiptOf(A), await bundle.receiptOf(B)]).toEqual([undefined, undefined]);
    expect(await bundle.requeued()).toEqual([]);
    expect(await bundle.payloads()).toBe(2);
    expect(await bundle.ignored('other_message')).toBe(1);
  });
});

test('a connection is closed after a receipt without proof, so that nobody pipelines them', async () => {
  await using bundle = await setup();

  const { status, headers } = await bundle.postWithoutProof();

  expect(status).toBe(403);
  expect(headers.get('connection')).toBe('close');
});

test('of a thousand receipts in one call few are stored, and the rest is counted', async () => {
  await using bundle = await setup();
  const before = await bundle.client.dbsize();
  const strangers = Array.from({ length: 500 }, (_, index): [string, object] => [`msg_${index}`, DELIVERED]);
  const own = Array.from({ length: 500 }, (): [string, object] => [B, DELIVERED]);

  expect(await bundle.post(bundle.reference(B), [...strangers, ...own])).toBe(200);

  expect(await bundle.receiptOf(B)).toBe('delivered');
  expect(await bundle.client.dbsize()).toBeLessThanOrEqual(before);
  expect(await bundle.ignored('other_message')).toBe(500);
  expect(await bundle.ignored('over_limit')).toBe(480);
  expect(await bundle.ignored('repeated')).toBe(19);
});

test.each<[string, (bundle: Awaited<ReturnType<typeof setup>>) => Promise<number>]>([
  [
    'of another provider',
    ({ post, reference }) => post(reference(A, { provider: 'sinch' }), [[A, DELIVERED]]),
  ],
  ['at another provider', ({ post, reference }) => post(reference(A), [[A, DELIVERED]], 'sinch')],
  ['that has expired', ({ post, reference }) => post(reference(A, { lifeMs: -1 }), [[A, DELIVERED]])],
  ['whose message was changed', ({ post, reference }) => post(reference(B).replace(B, A), [[A, DELIVERED]])],
])('a reference %s is refused', async (_title, call) => {
  await using bundle = await setup();

  expect(await call(bundle)).toBe(403);

  expect(await bundle.receiptOf(A)).toBeUndefined();
  expect(await bundle.payloads()).toBe(2);
});

test('a reference of an attempt that was never made changes nothing', async () => {
  await using bundle = await setup();

  expect(await bundle.post(bundle.reference(A, { attempt: 2 }), [[A, UNDELIVERED]])).toBe(200);

  expect(await bundle.requeued()).toEqual([]);
  expect(await bundle.payloads()).toBe(2);
  expect(await bundle.ignored('unknown_message')).toBe(1);
});
