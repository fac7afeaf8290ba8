import { createReceiptStore } from '@sms-gateway/delivery';
import { gatewayKeys } from '@sms-gateway/contract';
import { describe, expect, test } from 'vitest';
import { freshNumber, freshText, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { expectProblem } from './support/problem.ts';
import type { Respond } from './support/scripted-provider-server.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

type Message = { recipient: string; body: string };

const freshMessage = (): Message => ({ recipient: freshNumber(), body: freshText() });

/** Posts a message as often as a caller may, and tells the answers. */
function poster(gateway: Gateway, key?: string) {
  return async (message: Message, ownKey = key) => {
    const headers = ownKey === undefined ? {} : { 'Idempotency-Key': ownKey };
    const { status, body } = await postSms(gateway.ingress.url, { body: message, headers });
    expect(status).toBe(200);
    return body as { id: string; status: string; outcome?: string };
  };
}

/** A receipt of the first attempt, as the ingress enters one. */
async function enterReceipt(
  gateway: Gateway,
  messageId: string,
  status: 'delivered' | 'undelivered' | 'expired',
) {
  const store = createReceiptStore({ redis: gateway.client, now: Date.now });
  const receipt = { providerMessageId: 'p-1', status, code: undefined, isCurable: false };
  expect(await store.enter('http', receipt, { messageId, attempt: 1 })).toMatchObject({ kind: 'applied' });
}

const refuse: Respond = (response) => void response.writeHead(400).end();

/** Until no message can be repeated any more: the mark of the newest one ends with the time. */
const untilRepeatable = ({ client }: Gateway) =>
  until(async () => {
    const marks = await client.mget(await client.keys(gatewayKeys.newest('*')));
    const times = marks.map((mark) => Number(/ (\d+) \d+$/.exec(mark ?? '')?.[1] ?? 0));
    expect(times.filter((time) => !(time <= Date.now()))).toEqual([]);
  });

describe.each([undefined, 'key-1'])('with the Idempotency-Key %s', (key) => {
  test('the same message at once is a repeat, and stays one message', async () => {
    await using gateway = await startGateway();
    const [post, message] = [poster(gateway, key), freshMessage()];

    const answers = await Promise.all(Array.from({ length: 20 }, () => post(message)));

    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      ...Array.from({ length: 19 }, () => 'duplicate'),
      'queued',
    ]);
    await gateway.startWorker();
    await untilConcluded(gateway.client, answers[0]?.id);
    expect(await post(message)).toEqual({ id: answers[0]?.id, status: 'duplicate', outcome: 'sent' });
    expect(gateway.sent()).toHaveLength(1);
  });

  test('a message that failed swallows nothing', async () => {
    await using gateway = await startGateway({ respond: refuse });
    await gateway.startWorker();
    const [post, message] = [poster(gateway, key), freshMessage()];

    const first = await post(message);
    expect((await untilConcluded(gateway.client, first.id)).outcome).toBe('failed');
    const again = await Promise.all([post(message), post(message), post(message)]);

    expect(again.filter(({ status }) => status === 'queued')).toHaveLength(1);
    expect(new Set(again.map(({ id }) => id)).size).toBe(1);
    expect(again[0]?.id).not.toBe(first.id);
    await untilConcluded(gateway.client, again[0]?.id);
  });

  test('a message that expired swallows nothing, though no worker has seen it', async () => {
    await using gateway = await startGateway({ env: { MESSAGE_TTL: '1s', REPEAT_WINDOW: '15m' } });
    const [post, message] = [poster(gateway, key), freshMessage()];

    const first = await post(message);
    await until(async () => expect(await gateway.client.exists(gatewayKeys.vault(first.id))).toBe(0));
    const again = await post(message);

    expect(again.status).toBe('queued');
    expect(again.id).not.toBe(first.id);
  });

  test.each(['undelivered', 'expired'] as const)(
    'a message whose receipt says %s swallows nothing',
    async (status) => {
      await using gateway = await startGateway({ env: { REPEAT_WINDOW: '15m' } });
      await gateway.startWorker();
      const [post, message] = [poster(gateway, key), freshMessage()];

      const first = await post(message);
      await untilConcluded(gateway.client, first.id);
      expect((await post(message)).status).toBe('duplicate');
      await enterReceipt(gateway, first.id, status);
      const again = await post(message);

      expect(again.status).toBe('queued');
      expect(again.id).not.toBe(first.id);
      await untilConcluded(gateway.client, again.id);
      expect(gateway.sent()).toMatchObject([{ body: message.body }, { body: message.body }]);
    },
  );
});

test('a message that was delivered is repeated within the window only', async () => {
  await using gateway = await startGateway({ env: { REPEAT_WINDOW: '1s' } });
  await gateway.startWorker();
  const [post, message] = [poster(gateway), freshMessage()];

  const first = await post(message);
  await untilConcluded(gateway.client, first.id);
  await enterReceipt(gateway, first.id, 'delivered');
  await untilRepeatable(gateway);
  const again = await post(message);

  expect(again).toEqual({ id: expect.any(String), status: 'queued' });
  expect(again.id).not.toBe(first.id);
  await untilConcluded(gateway.client, again.id);
  expect(gateway.sent()).toHaveLength(2);
});

test('a resend while the first copy still waits replaces it: one goes out, with a life of its own', async () => {
  await using gateway = await startGateway({ env: { REPEAT_WINDOW: '1s' } });
  const [post, message] = [poster(gateway), freshMessage()];

  const first = await post(message);
  await untilRepeatable(gateway);
  const again = await post(message);
  await gateway.startWorker();

  expect(again.status).toBe('queued');
  expect((await untilConcluded(gateway.client, first.id)).outcome).toBe('superseded');
  expect((await untilConcluded(gateway.client, again.id)).outcome).toBe('sent');
  expect(gateway.sent()).toMatchObject([{ id: again.id }]);
});

test('A, B, A makes A the newest again', async () => {
  await using gateway = await startGateway();
  const [post, recipient] = [poster(gateway), freshNumber()];
  const [a, b] = [freshText(), freshText()].map((body) => ({ recipient, body })) as [Message, Message];

  const first = await post(a);
  const second = await post(b);
  const third = await post(a);
  await gateway.startWorker();

  expect([first.status, second.status, third.status]).toEqual(['queued', 'queued', 'queued']);
  expect(third.id).not.toBe(first.id);
  const outcomes = await Promise.all(
    [first, second, third].map(({ id }) => untilConcluded(gateway.client, id)),
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['superseded', 'superseded', 'sent']);
  expect(gateway.sent()).toMatchObject([{ id: third.id, body: a.body }]);
});

test('with a key a late try of a replaced message stays its repeat, and is told the truth', async () => {
  await using gateway = await startGateway({ env: { REPEAT_WINDOW: '1s' } });
  const [post, recipient] = [poster(gateway), freshNumber()];
  const old = { recipient, body: freshText() };

  const first = await post(old, 'key-of-the-first');
  const second = await post({ recipient, body: freshText() }, 'key-of-the-second');
  await gateway.startWorker();
  await untilConcluded(gateway.client, first.id);
  await untilConcluded(gateway.client, second.id);

  expect(await post(old, 'key-of-the-first')).toEqual({
    id: first.id,
    status: 'duplicate',
    outcome: 'superseded',
  });
  expect(gateway.sent()).toHaveLength(1);
});

test.each<[string, (message: Message) => Message]>([
  ['recipient', (message) => ({ ...message, recipient: freshNumber() })],
  ['text', (message) => ({ ...message, body: freshText() })],
])('an Idempotency-Key with another %s is 422, and queues nothing', async (_what, change) => {
  await using gateway = await startGateway();
  const message = freshMessage();
  const headers = { 'Idempotency-Key': 'key-1' };
  const first = await poster(gateway)(message, 'key-1');

  const {
    status,
    headers: answered,
    body,
  } = await postSms(gateway.ingress.url, { body: change(message), headers });

  expect(status).toBe(422);
  expectProblem(
    { contentType: answered.get('content-type') ?? undefined, body: JSON.stringify(body) },
    422,
    [],
  );
  expect(body['type']).toBe('urn:sms-gateway:problem:idempotency-key-reused');
  await gateway.startWorker();
  await untilConcluded(gateway.client, first.id);
  expect(gateway.sent()).toHaveLength(1);
  expect((await poster(gateway)(message, 'key-1')).id).toBe(first.id);
});

test('an Idempotency-Key may come with the same number in another form, and with other informing fields', async () => {
  await using gateway = await startGateway();
  const message = freshMessage();
  const first = await poster(gateway)(message, 'key-1');

  const again = await postSms(gateway.ingress.url, {
    body: { ...message, recipient: `tel:${message.recipient}`, locale: 'de', sender: 'Acme' },
    headers: { 'Idempotency-Key': 'key-1' },
  });

  expect(again.body).toEqual({ id: first.id, status: 'duplicate' });
});

test('another key makes the same content another message', async () => {
  await using gateway = await startGateway();
  const message = freshMessage();

  const ids = [
    await poster(gateway)(message, 'key-1'),
    await poster(gateway)(message, 'key-2'),
    await poster(gateway)(message),
  ];

  expect(ids.map(({ status }) => status)).toEqual(['queued', 'queued', 'queued']);
  expect(new Set(ids.map(({ id }) => id)).size).toBe(3);
});
