import { expect, test } from 'vitest';
import { sendOnce } from '../../../../test/support/send-once.ts';
import type { SendRequest } from '../provider.ts';
import { createInfobipProvider, type InfobipProviderOptions } from './infobip.ts';

const REQUEST: SendRequest = {
  id: 'msg_0123456789abcdefghij-_',
  to: '+14155550123',
  from: 'Ignored',
  sender: undefined,
  receiptUrl: undefined,
  body: 'Your code is 493817',
  validitySeconds: 120,
};

const OPTIONS: InfobipProviderOptions = {
  baseUrl: 'https://xyz.api.infobip.com',
  apiKey: 'the-secret',
  from: 'Acme',
};

async function send(
  overrides: Partial<InfobipProviderOptions>,
  request: Partial<SendRequest> = {},
  prefix = '',
) {
  const { received } = await sendOnce({
    create: (url) => createInfobipProvider({ ...OPTIONS, baseUrl: url + prefix, ...overrides }),
    request: { ...REQUEST, ...request },
  });
  return { received, json: JSON.parse(received.body) };
}

test("makes the documented request with the account's own sender and our id", async () => {
  const { received, json } = await send({}, { body: 'Código: 493817 ✓' });

  expect(received).toMatchObject({
    method: 'POST',
    path: '/sms/3/messages',
    headers: {
      authorization: 'App the-secret',
      'content-type': 'application/json',
      accept: 'application/json',
    },
  });
  expect(json).toEqual({
    messages: [
      {
        sender: 'Acme',
        destinations: [{ to: '14155550123', messageId: 'msg_0123456789abcdefghij-_' }],
        content: { text: 'Código: 493817 ✓' },
        options: { validityPeriod: { amount: 120, timeUnit: 'SECONDS' } },
      },
    ],
  });
});

test('writes a number as sender without its plus sign', async () => {
  const { json } = await send({ from: '+14155550100' });

  expect(json.messages[0]).toMatchObject({ sender: '14155550100' });
});

test.each([
  ['+14155550199', '14155550199'],
  ['Other', 'Other'],
])('sends from %s where the route chose it', async (sender, expected) => {
  const { json } = await send({}, { sender });

  expect(json.messages[0].sender).toBe(expected);
});

test('asks for delivery receipts where they can reach us', async () => {
  const receiptUrl = 'https://gw.example.com/v1/receipts/infobip?ref=abc.2.x';

  const [asking, silent] = [await send({}, { receiptUrl }), await send({})];

  expect(asking.json.messages[0].webhooks).toEqual({
    delivery: { url: receiptUrl },
    contentType: 'application/json',
  });
  expect(silent.json.messages[0]).not.toHaveProperty('webhooks');
  expect(createInfobipProvider(OPTIONS).receipts).toBe('callback');
});

test.each([
  [0.4, 1],
  [21.9, 21],
  [1_000_000, 172_800],
])('asks for a validity of %d s as %d s', async (validitySeconds, amount) => {
  const { json } = await send({}, { validitySeconds });

  expect(json.messages[0].options.validityPeriod).toEqual({ amount, timeUnit: 'SECONDS' });
});

test('keeps the path of a proxy', async () => {
  expect((await send({}, {}, '/proxy/')).received.path).toBe('/proxy/sms/3/messages');
});

test.each<[string, Partial<InfobipProviderOptions>]>([
  ['apiKey', { apiKey: '' }],
  ['URL', { baseUrl: 'xyz.api.infobip.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  let message = '';
  try {
    createInfobipProvider({ ...OPTIONS, ...overrides });
  } catch (error) {
    message = String(error);
  }

  expect(message).toContain(name);
  expect(message).not.toContain('the-secret');
});
