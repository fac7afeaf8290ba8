import { expect, test } from 'vitest';
import { sendOnce } from '../../../../test/support/send-once.ts';
import type { SendRequest } from '../provider.ts';
import { createSinchProvider, type SinchProviderOptions } from './sinch.ts';

const NOW_MS = Date.UTC(2026, 10, 23, 7, 0, 0);
const OPTIONS: SinchProviderOptions = {
  servicePlanId: 'jd63jf88477ll',
  apiToken: 'the-secret',
  region: 'eu',
  from: '+14155550100',
  now: () => NOW_MS,
};

function send(overrides: Partial<SinchProviderOptions>, request: Partial<SendRequest> = {}, prefix = '') {
  return sendOnce({
    create: (url) => createSinchProvider({ ...OPTIONS, apiUrl: url + prefix, ...overrides }),
    request,
  });
}

test("makes the documented request with the account's own sender and our id", async () => {
  const { received, sent } = await send({}, { body: 'Código: 493817 ✓' });

  expect(received).toMatchObject({
    method: 'POST',
    path: '/xms/v1/jd63jf88477ll/batches',
    headers: {
      authorization: 'Bearer the-secret',
      'content-type': 'application/json',
      accept: 'application/json',
    },
  });
  expect(sent).toEqual({
    type: 'mt_text',
    from: '+14155550100',
    to: ['+14155550123'],
    body: 'Código: 493817 ✓',
    expire_at: '2026-11-23T07:02:00.000Z',
    client_reference: 'msg_0123456789abcdefghij-_',
  });
});

test.each([
  [0.4, '2026-11-23T07:00:01.000Z'],
  [21.9, '2026-11-23T07:00:21.000Z'],
  [1_000_000, '2026-11-26T07:00:00.000Z'],
])('sends a validity of %d s as the time %s', async (validitySeconds, expireAt) => {
  expect((await send({}, { validitySeconds })).sent).toMatchObject({ expire_at: expireAt });
});

test('sends from the sender that the route chooses', async () => {
  expect((await send({}, { sender: 'Other' })).sent).toMatchObject({ from: 'Other' });
});

test('requests delivery receipts if it gets a URL for them', async () => {
  const receiptUrl = 'https://gw.example.com/v1/receipts/sinch?ref=abc.2.x';

  expect((await send({}, { receiptUrl })).sent).toMatchObject({
    callback_url: receiptUrl,
    delivery_report: 'per_recipient',
  });
  expect((await send({})).sent).not.toHaveProperty('delivery_report');
  expect(createSinchProvider(OPTIONS).receipts).toBe('callback');
});

test('keeps the path of a proxy and encodes the ID', async () => {
  const { received } = await send({ servicePlanId: 'a/../b' }, {}, '/proxy');

  expect(received.path).toBe('/proxy/xms/v1/a%2F..%2Fb/batches');
});

test.each<[string, Partial<SinchProviderOptions>]>([
  ['servicePlanId', { servicePlanId: '' }],
  ['apiToken', { apiToken: 'the-secret token' }],
  ['URL', { apiUrl: 'eu.sms.api.sinch.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  const create = () => createSinchProvider({ ...OPTIONS, ...overrides });

  expect(create).toThrow(name);
  expect(create).not.toThrow('the-secret');
});
