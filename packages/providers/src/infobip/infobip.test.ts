import { expect, test } from 'vitest';
import { sendOnce } from '../../../../test/support/send-once.ts';
import type { SendRequest } from '../provider.ts';
import { createInfobipProvider, type InfobipProviderOptions } from './infobip.ts';

const OPTIONS: InfobipProviderOptions = {
  baseUrl: 'https://xyz.api.infobip.com',
  apiKey: 'the-secret',
  from: 'Acme',
};

function send(overrides: Partial<InfobipProviderOptions>, request: Partial<SendRequest> = {}, prefix = '') {
  return sendOnce({
    create: (url) => createInfobipProvider({ ...OPTIONS, baseUrl: url + prefix, ...overrides }),
    request,
  });
}

test("makes the documented request with the account's own sender and our id", async () => {
  const { received, sent } = await send({}, { body: 'Código: 493817 ✓' });

  expect(received).toMatchObject({
    method: 'POST',
    path: '/sms/3/messages',
    headers: {
      authorization: 'App the-secret',
      'content-type': 'application/json',
      accept: 'application/json',
    },
  });
  expect(sent).toEqual({
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
  const { sent } = await send({ from: '+14155550100' });

  expect(sent.messages[0]).toMatchObject({ sender: '14155550100' });
});

test.each([
  ['+14155550199', '14155550199'],
  ['Other', 'Other'],
])('sends from %s if the route chooses it', async (sender, expected) => {
  const { sent } = await send({}, { sender });

  expect(sent.messages[0].sender).toBe(expected);
});

test('requests delivery receipts if it gets a URL for them', async () => {
  const receiptUrl = 'https://gw.example.com/v1/receipts/infobip?ref=abc.2.x';

  const [asking, silent] = [await send({}, { receiptUrl }), await send({})];

  expect(asking.sent.messages[0].webhooks).toEqual({
    delivery: { url: receiptUrl },
    contentType: 'application/json',
  });
  expect(silent.sent.messages[0]).not.toHaveProperty('webhooks');
  expect(createInfobipProvider(OPTIONS).receipts).toBe('callback');
});

test.each([
  [0.4, 1],
  [21.9, 21],
  [1_000_000, 172_800],
])('sends a validity of %d s as %d s', async (validitySeconds, amount) => {
  const { sent } = await send({}, { validitySeconds });

  expect(sent.messages[0].options.validityPeriod).toEqual({ amount, timeUnit: 'SECONDS' });
});

test('keeps the path of a proxy', async () => {
  expect((await send({}, {}, '/proxy/')).received.path).toBe('/proxy/sms/3/messages');
});

test.each<[string, Partial<InfobipProviderOptions>]>([
  ['apiKey', { apiKey: '' }],
  ['URL', { baseUrl: 'xyz.api.infobip.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  const create = () => createInfobipProvider({ ...OPTIONS, ...overrides });

  expect(create).toThrow(name);
  expect(create).not.toThrow('the-secret');
});
