import { expect, onTestFinished, test } from 'vitest';
import { sendOnce } from '../../../../test/support/send-once.ts';
import type { SendRequest } from '../provider.ts';
import { createVonageProvider, type VonageProviderOptions } from './vonage.ts';

const OPTIONS: VonageProviderOptions = { apiKey: 'abcd1234', apiSecret: 'the-secret', from: '+14155550100' };

function send(
  request: Partial<SendRequest> = {},
  { prefix = '', ...options }: Partial<VonageProviderOptions> & { prefix?: string } = {},
) {
  return sendOnce({
    create: (url) => createVonageProvider({ ...OPTIONS, ...options, apiUrl: url + prefix }),
    request,
  });
}

test("makes the documented request with the account's own sender", async () => {
  const { received, sent } = await send();

  expect(received).toMatchObject({
    method: 'POST',
    path: '/sms/json',
    headers: {
      authorization: `Basic ${Buffer.from('abcd1234:the-secret').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
  });
  expect(sent).toEqual({
    from: '14155550100',
    to: '14155550123',
    text: 'Your code is 493817',
    type: 'text',
    ttl: '120000',
    'client-ref': 'msg_0123456789abcdefghij-_',
  });
});

test('requests Unicode only for a text that needs it', async () => {
  expect((await send({ body: 'Ihr Code: 5 € {ü}' })).sent).toMatchObject({ type: 'text' });
  expect((await send({ body: 'Código & ✓ +1' })).sent).toMatchObject({
    type: 'unicode',
    text: 'Código & ✓ +1',
  });
});

test.each([
  [1, '20000'],
  [19.9, '20000'],
  [21.9, '21000'],
  [864_000, '604800000'],
])('sends a validity of %d s as %s ms', async (validitySeconds, ttl) => {
  expect((await send({ validitySeconds })).sent).toMatchObject({ ttl });
});

test('leaves out a reference that is too long for Vonage', async () => {
  expect((await send({ id: 'x'.repeat(40) })).sent).toMatchObject({ 'client-ref': 'x'.repeat(40) });
  expect((await send({ id: 'x'.repeat(41) })).sent).not.toHaveProperty('client-ref');
});

test('keeps the path of a proxy', async () => {
  expect((await send({}, { prefix: '/proxy/vonage/' })).received.path).toBe('/proxy/vonage/sms/json');
});

test.each<[string, Partial<VonageProviderOptions>]>([
  ['apiKey', { apiKey: '' }],
  ['apiSecret', { apiSecret: 'the-secret\n' }],
  ['URL', { apiUrl: 'rest.nexmo.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  const create = () => createVonageProvider({ ...OPTIONS, ...overrides });

  expect(create).toThrow(name);
  expect(create).not.toThrow('the-secret');
});

test.each([
  ['+14155550101', '14155550101'],
  ['12345', '12345'],
  ['Acme', 'Acme'],
])('sends from %s if the route chooses it', async (sender, from) => {
  expect((await send({ sender })).sent).toMatchObject({ from });
});

const RECEIPT_URL = 'https://sms.example.com/v1/receipts/vonage?ref=msg_1.1.x';
const SIGNATURE_SECRET = { signatureSecret: 'the-signature-secret' };

test('requests receipts that it can verify', async () => {
  const { sent } = await send({ receiptUrl: RECEIPT_URL }, SIGNATURE_SECRET);

  expect(sent).toEqual({ ...(await send()).sent, callback: RECEIPT_URL });
});

test('requests no receipts without a URL or a key to verify them', async () => {
  expect((await send({}, SIGNATURE_SECRET)).sent).not.toHaveProperty('callback');
  expect((await send({ receiptUrl: RECEIPT_URL })).sent).not.toHaveProperty('callback');
});

test.each<[Partial<VonageProviderOptions>, string]>([
  [SIGNATURE_SECRET, 'callback'],
  [{}, 'none'],
])('declares how receipts arrive', async (options, expected) => {
  const provider = createVonageProvider({ ...OPTIONS, ...options });
  onTestFinished(() => provider.close());

  expect(provider.receipts).toBe(expected);
});
