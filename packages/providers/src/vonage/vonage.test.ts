import { expect, test } from 'vitest';
import { sendOnce } from '../../../../test/support/send-once.ts';
import type { SendRequest } from '../provider.ts';
import { createVonageProvider, type VonageProviderOptions } from './vonage.ts';

const REQUEST: SendRequest = {
  id: 'msg_0123456789abcdefghij-_',
  to: '+14155550123',
  from: 'Ignored',
  body: 'Your code is 493817',
  validitySeconds: 120,
};

const OPTIONS: VonageProviderOptions = { apiKey: 'abcd1234', apiSecret: 'the-secret', from: '+14155550100' };

async function send(request: Partial<SendRequest> = {}, prefix = '') {
  const { received } = await sendOnce({
    create: (url) => createVonageProvider({ ...OPTIONS, apiUrl: url + prefix }),
    request: { ...REQUEST, ...request },
  });
  return { received, form: Object.fromEntries(new URLSearchParams(received.body)) };
}

test("makes the documented request with the account's own sender", async () => {
  const { received, form } = await send();

  expect(received).toMatchObject({
    method: 'POST',
    path: '/sms/json',
    headers: {
      authorization: `Basic ${Buffer.from('abcd1234:the-secret').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
  });
  expect(form).toEqual({
    from: '14155550100',
    to: '14155550123',
    text: 'Your code is 493817',
    type: 'text',
    ttl: '120000',
    'client-ref': 'msg_0123456789abcdefghij-_',
  });
});

test('asks for Unicode where the text needs it, and only there', async () => {
  expect((await send({ body: 'Ihr Code: 5 € {ü}' })).form).toMatchObject({ type: 'text' });
  expect((await send({ body: 'Código & ✓ +1' })).form).toMatchObject({
    type: 'unicode',
    text: 'Código & ✓ +1',
  });
});

test.each([
  [1, '20000'],
  [19.9, '20000'],
  [21.9, '21000'],
  [864_000, '604800000'],
])('asks for a validity of %d s as %s ms', async (validitySeconds, ttl) => {
  expect((await send({ validitySeconds })).form).toMatchObject({ ttl });
});

test('leaves out a reference longer than Vonage takes', async () => {
  expect((await send({ id: 'x'.repeat(40) })).form).toMatchObject({ 'client-ref': 'x'.repeat(40) });
  expect((await send({ id: 'x'.repeat(41) })).form).not.toHaveProperty('client-ref');
});

test('keeps the path of a proxy', async () => {
  expect((await send({}, '/proxy/vonage/')).received.path).toBe('/proxy/vonage/sms/json');
});

test.each<[string, Partial<VonageProviderOptions>]>([
  ['apiKey', { apiKey: '' }],
  ['apiSecret', { apiSecret: 'the-secret\n' }],
  ['URL', { apiUrl: 'rest.nexmo.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  let message = '';
  try {
    createVonageProvider({ ...OPTIONS, ...overrides });
  } catch (error) {
    message = String(error);
  }

  expect(message).toContain(name);
  expect(message).not.toContain('the-secret');
});
