import { expect, test } from 'vitest';
import { sendOnce } from '../../../../test/support/send-once.ts';
import type { SendRequest } from '../provider.ts';
import { createTelnyxProvider, type TelnyxProviderOptions } from './telnyx.ts';

const REQUEST: SendRequest = {
  id: 'msg_0123456789abcdefghij-_',
  to: '+14155550123',
  from: 'Ignored',
  body: 'Your code is 493817',
  validitySeconds: 120,
};

const PROFILE_ID = 'abc85f64-5717-4562-b3fc-2c9600000000';
const OPTIONS: TelnyxProviderOptions = { apiKey: 'the-secret', sender: { from: '+14155550100' } };

async function send(sender: TelnyxProviderOptions['sender'], prefix = '') {
  const { received } = await sendOnce({
    create: (url) => createTelnyxProvider({ ...OPTIONS, sender, apiUrl: url + prefix }),
    request: { ...REQUEST, body: 'Código: 493817 ✓' },
  });
  return { received, json: JSON.parse(received.body) };
}

test("makes the documented request with the account's own sender", async () => {
  const { received, json } = await send({ from: '+14155550100' });

  expect(received).toMatchObject({
    method: 'POST',
    path: '/v2/messages',
    headers: {
      authorization: 'Bearer the-secret',
      'content-type': 'application/json',
      accept: 'application/json',
    },
  });
  expect(json).toEqual({
    from: '+14155550100',
    to: '+14155550123',
    text: 'Código: 493817 ✓',
    type: 'SMS',
  });
});

test('names the messaging profile of an alphanumeric sender ID', async () => {
  const { json } = await send({ from: 'Acme', messagingProfileId: PROFILE_ID });

  expect(json).toMatchObject({ from: 'Acme', messaging_profile_id: PROFILE_ID });
});

test('lets a messaging profile choose the sender', async () => {
  const { json } = await send({ messagingProfileId: PROFILE_ID });

  expect(json).toMatchObject({ messaging_profile_id: PROFILE_ID });
  expect(json).not.toHaveProperty('from');
});

test('keeps the path of a proxy', async () => {
  expect((await send(OPTIONS.sender, '/proxy/')).received.path).toBe('/proxy/v2/messages');
});

test.each<[string, Partial<TelnyxProviderOptions>]>([
  ['apiKey', { apiKey: 'the-secret key' }],
  ['URL', { apiUrl: 'ftp://api.telnyx.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  let message = '';
  try {
    createTelnyxProvider({ ...OPTIONS, ...overrides });
  } catch (error) {
    message = String(error);
  }

  expect(message).toContain(name);
  expect(message).not.toContain('the-secret');
});
