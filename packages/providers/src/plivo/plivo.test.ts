import { expect, test } from 'vitest';
import { sendOnce } from '../../../../test/support/send-once.ts';
import type { SendRequest } from '../provider.ts';
import { createPlivoProvider, type PlivoProviderOptions } from './plivo.ts';

const OPTIONS: PlivoProviderOptions = {
  authId: 'MA0123456789ABCDEFGH',
  authToken: 'the-secret',
  sender: { from: '+14155550100' },
};

function send(overrides: Partial<PlivoProviderOptions>, request: Partial<SendRequest> = {}, prefix = '') {
  return sendOnce({
    create: (url) => createPlivoProvider({ ...OPTIONS, apiUrl: url + prefix, ...overrides }),
    request,
  });
}

test("makes the documented request with the account's own sender, to be kept out of Plivo's logs", async () => {
  const { received, sent } = await send({}, { body: 'Código: 493817 ✓' });

  expect(received).toMatchObject({
    method: 'POST',
    path: '/v1/Account/MA0123456789ABCDEFGH/Message/',
    headers: {
      authorization: `Basic ${Buffer.from('MA0123456789ABCDEFGH:the-secret').toString('base64')}`,
      'content-type': 'application/json',
      accept: 'application/json',
    },
  });
  expect(sent).toEqual({
    src: '14155550100',
    dst: '14155550123',
    text: 'Código: 493817 ✓',
    type: 'sms',
    log: 'false',
    message_expiry: 120,
  });
});

test('lets a Powerpack choose the sender', async () => {
  const { sent } = await send({ sender: { powerpackUuid: '86bbb125-97bb-4d72-89fd-81d5c515b015' } });

  expect(sent).toMatchObject({ powerpack_uuid: '86bbb125-97bb-4d72-89fd-81d5c515b015' });
  expect(sent).not.toHaveProperty('src');
});

test.each([
  [1, 5],
  [21.9, 21],
  [10_800, 10_799],
])('sends a validity of %d s as %d s', async (validitySeconds, expected) => {
  expect((await send({}, { validitySeconds })).sent).toMatchObject({ message_expiry: expected });
});

test.each([
  ['+14155550199', { src: '14155550199' }],
  ['Acme', { src: 'Acme' }],
  ['0f7a1c22-97bb-4d72-89fd-81d5c515b015', { powerpack_uuid: '0f7a1c22-97bb-4d72-89fd-81d5c515b015' }],
])('sends from %s if the route chooses it, whatever is configured', async (sender, expected) => {
  const configured = [{ from: '+14155550100' }, { powerpackUuid: '86bbb125-97bb-4d72-89fd-81d5c515b015' }];

  for (const own of configured) {
    const { src, powerpack_uuid } = (await send({ sender: own }, { sender })).sent;
    expect({ src, powerpack_uuid }).toEqual({ src: undefined, powerpack_uuid: undefined, ...expected });
  }
});

test('requests delivery receipts if it gets a URL for them', async () => {
  const receiptUrl = 'https://gw.example.com/v1/receipts/plivo?ref=abc.2.x';

  expect((await send({}, { receiptUrl })).sent).toMatchObject({ url: receiptUrl, method: 'POST' });
  expect((await send({})).sent).not.toHaveProperty('method');
  expect(createPlivoProvider(OPTIONS).receipts).toBe('callback');
});

test('offers no lookup of messages', () => {
  expect(createPlivoProvider(OPTIONS)).not.toHaveProperty('lookup');
});

test('keeps the path of a proxy and encodes the ID', async () => {
  const { received } = await send({ authId: 'MA/../x' }, {}, '/proxy');

  expect(received.path).toBe('/proxy/v1/Account/MA%2F..%2Fx/Message/');
});

test.each<[string, Partial<PlivoProviderOptions>]>([
  ['authId', { authId: '' }],
  ['authToken', { authToken: 'the-secret\t' }],
  ['URL', { apiUrl: 'api.plivo.com' }],
])('refuses an unusable %s without repeating a secret', (name, overrides) => {
  const create = () => createPlivoProvider({ ...OPTIONS, ...overrides });

  expect(create).toThrow(name);
  expect(create).not.toThrow('the-secret');
});
