import { expect, onTestFinished, test } from 'vitest';
import { startScriptedProviderServer } from '../../../../test/support/scripted-provider-server.ts';
import type { SendRequest } from '../provider.ts';
import { createHttpProvider } from './http.ts';

const REQUEST: SendRequest = {
  id: 'message-7f3a',
  to: '+14155550123',
  from: undefined,
  sender: undefined,
  body: 'Código: 493817 ✓',
  validitySeconds: 120,
  receiptUrl: undefined,
};

async function send(request: SendRequest, answer = '') {
  await using server = await startScriptedProviderServer((response) => response.end(answer));
  const provider = createHttpProvider({ url: `${server.url}/sms?tenant=a`, token: 'the-token' });
  onTestFinished(() => provider.close());
  const result = await provider.send(request, new AbortController().signal);
  return { receipts: provider.receipts, result, received: server.requests[0] };
}

test('posts the documented JSON with bearer token and idempotency key', async () => {
  const { received } = await send(REQUEST);

  expect(received).toMatchObject({
    method: 'POST',
    path: '/sms?tenant=a',
    headers: {
      authorization: 'Bearer the-token',
      'content-type': 'application/json',
      accept: 'application/json',
      'idempotency-key': 'message-7f3a',
    },
  });
  expect(JSON.parse(received?.body ?? '')).toEqual({
    id: 'message-7f3a',
    to: '+14155550123',
    from: null,
    body: 'Código: 493817 ✓',
    validitySeconds: 120,
  });
});

test('sends no receipts', async () => {
  const { receipts } = await send({ ...REQUEST, receiptUrl: 'https://sms.example.com/v1/receipts/http' });

  expect(receipts).toBe('none');
});

test('passes the sender on', async () => {
  const { received } = await send({ ...REQUEST, from: 'Acme' });

  expect(JSON.parse(received?.body ?? '')).toMatchObject({ from: 'Acme' });
});

test.each([
  ['{"id":"p-1"}', 'p-1'],
  ['{"id":42}', '42'],
  ['{"id":null}', undefined],
  ['{"id":"+14155550123-1"}', undefined],
  ['{"id":"two words"}', undefined],
  ['{"id":"ref-493817"}', undefined],
  [`{"id":"${'x'.repeat(129)}"}`, undefined],
])('takes the id from %s as %s', async (answer, providerMessageId) => {
  const { result } = await send(REQUEST, answer);

  expect(result).toEqual({ kind: 'accepted', providerMessageId });
});

test.each([
  ['url', { url: 'ftp://sms.example/send', token: 'the-token' }],
  ['url', { url: 'sms.example', token: 'the-token' }],
  ['token', { url: 'https://sms.example/send', token: '' }],
  ['token', { url: 'https://sms.example/send', token: 'the-token\n' }],
])('refuses an unusable %s without repeating it', (name, options) => {
  const create = () => createHttpProvider(options);

  expect(create).toThrow(name);
  expect(create).not.toThrow('the-token');
});
