import { expect, test } from 'vitest';
import { createInfobipReceipts } from './infobip-receipts.ts';

const ID = 'msg_0123456789abcdefghij-_';
const NO_ERROR = {
  groupId: 0,
  groupName: 'OK',
  id: 0,
  name: 'NO_ERROR',
  description: 'No Error',
  permanent: false,
};

const result = (groupId: unknown, id: unknown, error: unknown = NO_ERROR, messageId: unknown = ID) => ({
  bulkId: 'BULK-ID-123-xyz',
  price: { pricePerMessage: 0.01, currency: 'EUR' },
  status: { groupId, groupName: 'A_GROUP', id, name: 'A_NAME', description: 'Your code is 493817' },
  error,
  messageId,
  to: '14155550123',
  sender: 'Acme',
  sentAt: '2026-11-23T07:00:00.000+0000',
  doneAt: '2026-11-23T07:00:02.000+0000',
  messageCount: 1,
});

function readBody(body: string, hasReference = true) {
  return createInfobipReceipts()({
    method: 'POST',
    url: 'https://gw.example.com/v1/receipts/infobip?ref=abc',
    headers: { 'content-type': 'application/json' },
    rawBody: Buffer.from(body),
    hasReference,
    now: 0,
  });
}
const read = (...results: unknown[]) => readBody(JSON.stringify({ results }));

const MALFORMED = { kind: 'malformed' };

test.each([
  [0, 0, 'sent', undefined, false],
  [1, 3, 'sent', undefined, false],
  [1, 7, 'sent', undefined, false],
  [1, 26, 'sent', undefined, false],
  [3, 2, 'sent', undefined, false],
  [3, 5, 'delivered', undefined, false],
  [2, 4, 'undelivered', 'infobip_4', true],
  [2, 9, 'undelivered', 'infobip_9', true],
  [2, 31, 'undelivered', 'infobip_31', true],
  [4, 15, 'expired', 'infobip_15', false],
  [4, 29, 'unknown', 'infobip_29', false],
  [4, 87, 'failed', 'infobip_87', true],
  [5, 87, 'failed', 'infobip_87', true],
  [5, 6, 'failed', 'infobip_6', true],
  [5, 8, 'failed', 'infobip_8', false],
  [5, 10, 'failed', 'infobip_10', false],
  [5, 11, 'failed', 'infobip_11', true],
  [5, 12, 'failed', 'infobip_12', true],
  [5, 13, 'failed', 'infobip_13', true],
  [5, 14, 'failed', 'infobip_14', false],
  [5, 17, 'failed', 'infobip_17', true],
  [5, 18, 'failed', 'infobip_18', true],
  [5, 19, 'failed', 'infobip_19', true],
  [5, 20, 'failed', 'infobip_20', true],
  [5, 21, 'failed', 'infobip_21', true],
  [5, 24, 'failed', 'infobip_24', true],
  [5, 25, 'failed', 'infobip_25', true],
  [5, 51, 'failed', 'infobip_51', true],
  [5, 52, 'failed', 'infobip_52', false],
  [5, 777, 'failed', 'infobip_777', true],
])('reads group %d with status %d as %s', (groupId, id, status, code, isCurable) => {
  expect(read(result(groupId, id))).toEqual({
    kind: 'receipts',
    receipts: [{ providerMessageId: ID, status, code, isCurable }],
  });
});

test('does not take the refusal of a second message with its id for the end of the first', () => {
  expect(read(result(5, 23))).toMatchObject({ receipts: [{ status: 'sent', isCurable: false }] });
});

test.each([
  [1, true, 'undelivered', false],
  [9, true, 'undelivered', false],
  [11, true, 'undelivered', false],
  [12, true, 'undelivered', false],
  [568, true, 'undelivered', false],
  [569, true, 'undelivered', false],
  [573, true, 'undelivered', false],
  [603, true, 'undelivered', false],
  [629, true, 'undelivered', false],
  [2050, true, 'undelivered', false],
  [3041, true, 'undelivered', false],
  [1, undefined, 'undelivered', false],
  [1, false, 'undelivered', true],
  [6, false, 'undelivered', true],
  [27, false, 'undelivered', true],
  [31, false, 'undelivered', true],
  [256, false, 'undelivered', true],
  [433, true, 'undelivered', true],
  [541, false, 'undelivered', true],
  [561, true, 'undelivered', true],
  [607, true, 'undelivered', true],
  [4103, true, 'undelivered', true],
  [811, true, 'expired', false],
  [4098, false, 'expired', false],
  [4100, true, 'expired', false],
  [4101, true, 'expired', false],
  [2048, false, 'unknown', false],
])('reads error %d, permanent: %s, as %s, curable: %s', (id, permanent, status, isCurable) => {
  expect(read(result(2, 9, { id, permanent, description: 'Your code is 493817' }))).toEqual({
    kind: 'receipts',
    receipts: [{ providerMessageId: ID, status, code: `infobip_9_${id}`, isCurable }],
  });
});

test('calls a delivered message delivered, whatever its error', () => {
  expect(read(result(3, 5, { id: 4101, permanent: true }))).toMatchObject({
    receipts: [{ status: 'delivered', code: undefined, isCurable: false }],
  });
});

test.each([undefined, null, {}, { id: '14155550123' }, { id: 14155550123 }, 'Your code is 493817'])(
  'makes its code without an error of %j',
  (error) => {
    expect(read(result(2, 9, error))).toMatchObject({ receipts: [{ code: 'infobip_9', isCurable: true }] });
  },
);

test('reads every report of a call, each by its own id', () => {
  expect(read(result(3, 5), result(5, 6, NO_ERROR, 'msg_another'))).toMatchObject({
    kind: 'receipts',
    receipts: [
      { providerMessageId: ID, status: 'delivered' },
      { providerMessageId: 'msg_another', status: 'failed' },
    ],
  });
});

test('gives no receipt for a call without reports', () => {
  expect(read()).toEqual({ kind: 'receipts', receipts: [] });
});

test.each<[string, unknown]>([
  ['no id', { ...result(3, 5), messageId: undefined }],
  ['an id that is a number', result(3, 5, NO_ERROR, '14155550123')],
  ['an id that is a sentence', result(3, 5, NO_ERROR, 'Your code is 493817')],
  ['no status', { ...result(3, 5), status: undefined }],
  ['a status without an id', result(3, undefined)],
  ['a status without a group', result(undefined, 5)],
  ['a group that is text', result('3', 5)],
  ['an unknown group', result(9, 5)],
  ['text for a report', 'DELIVERED'],
])('takes a call with %s for malformed, even beside a good report', (_, report) => {
  expect(read(report)).toEqual(MALFORMED);
  expect(read(result(3, 5), report)).toEqual(MALFORMED);
});

test.each(['', 'not JSON', 'null', '[]', '{}', '{"results":{}}', '<?xml version="1.0"?>'])(
  'takes the body %j for malformed',
  (body) => {
    expect(readBody(body)).toEqual(MALFORMED);
  },
);

test('reads nothing from a URL without a reference of ours', () => {
  expect(readBody(JSON.stringify({ results: [result(3, 5)] }), false)).toEqual({ kind: 'unauthentic' });
  expect(readBody('not JSON', false)).toEqual({ kind: 'unauthentic' });
});
