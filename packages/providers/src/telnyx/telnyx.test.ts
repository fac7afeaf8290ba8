import { expect, onTestFinished, test } from 'vitest';
import { sendOnce } from '../../../../test/support/send-once.ts';
import type { SendRequest } from '../provider.ts';
import { createTelnyxProvider, type TelnyxProviderOptions } from './telnyx.ts';

const PROFILE_ID = 'abc85f64-5717-4562-b3fc-2c9600000000';
const OPTIONS: TelnyxProviderOptions = { apiKey: 'the-secret', sender: { from: '+14155550100' } };

function send(
  { prefix = '', ...options }: Partial<TelnyxProviderOptions> & { prefix?: string },
  request: Partial<SendRequest> = {},
) {
  return sendOnce({
    create: (url) => createTelnyxProvider({ ...OPTIONS, ...options, apiUrl: url + prefix }),
    request: { body: 'Código: 493817 ✓', ...request },
  });
}

test("makes the documented request with the account's own sender", async () => {
  const { received, sent } = await send({});

  expect(received).toMatchObject({
    method: 'POST',
    path: '/v2/messages',
    headers: {
      authorization: 'Bearer the-secret',
      'content-type': 'application/json',
      accept: 'application/json',
    },
  });
  expect(sent).toEqual({
    from: '+14155550100',
    to: '+14155550123',
    text: 'Código: 493817 ✓',
    type: 'SMS',
  });
});

test('names the messaging profile of an alphanumeric sender ID', async () => {
  const { sent } = await send({ sender: { from: 'Acme', messagingProfileId: PROFILE_ID } });

  expect(sent).toMatchObject({ from: 'Acme', messaging_profile_id: PROFILE_ID });
});

test('lets a messaging profile choose the sender', async () => {
  const { sent } = await send({ sender: { messagingProfileId: PROFILE_ID } });

  expect(sent).toMatchObject({ messaging_profile_id: PROFILE_ID });
  expect(sent).not.toHaveProperty('from');
});

test('keeps the path of a proxy', async () => {
  expect((await send({ prefix: '/proxy/' })).received.path).toBe('/proxy/v2/messages');
});

test.each<[string, Partial<TelnyxProviderOptions>]>([
  ['apiKey', { apiKey: 'the-secret key' }],
  ['URL', { apiUrl: 'ftp://api.telnyx.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  const create = () => createTelnyxProvider({ ...OPTIONS, ...overrides });

  expect(create).toThrow(name);
  expect(create).not.toThrow('the-secret');
});

const OTHER_PROFILE_ID = '40385f64-5717-4562-b3fc-2c963f66afa6';
const SENDERS: TelnyxProviderOptions['sender'][] = [
  { from: '+14155550100', messagingProfileId: PROFILE_ID },
  { messagingProfileId: PROFILE_ID },
];

test.each([
  ['+14155550101', { from: '+14155550101' }],
  ['12345', { from: '12345' }],
  ['Acme', { from: 'Acme', messaging_profile_id: PROFILE_ID }],
  [OTHER_PROFILE_ID, { messaging_profile_id: OTHER_PROFILE_ID }],
])('sends from %s if the route chooses it', async (chosen, expected) => {
  for (const sender of SENDERS) {
    const { sent } = await send({ sender }, { sender: chosen });

    expect(sent).toEqual({ ...expected, to: '+14155550123', text: 'Código: 493817 ✓', type: 'SMS' });
  }
});

const RECEIPT_URL = 'https://sms.example.com/v1/receipts/telnyx?ref=msg_1.1.x';
const PUBLIC_KEY = { publicKey: `${'A'.repeat(43)}=` };

test('requests receipts that it can verify, and not also those of the profile', async () => {
  const { sent } = await send(PUBLIC_KEY, { receiptUrl: RECEIPT_URL });

  expect(sent).toEqual({
    ...(await send({})).sent,
    webhook_url: RECEIPT_URL,
    use_profile_webhooks: false,
  });
});

test('requests no receipts without a URL or a key to verify them', async () => {
  const plain = (await send({})).sent;

  expect((await send(PUBLIC_KEY)).sent).toEqual(plain);
  expect((await send({}, { receiptUrl: RECEIPT_URL })).sent).toEqual(plain);
});

test.each<[Partial<TelnyxProviderOptions>, string]>([
  [PUBLIC_KEY, 'callback'],
  [{}, 'none'],
])('declares how receipts arrive', async (options, expected) => {
  const provider = createTelnyxProvider({ ...OPTIONS, ...options });
  onTestFinished(() => provider.close());

  expect(provider.receipts).toBe(expected);
});
