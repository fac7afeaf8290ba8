import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { createSinchReceipts } from './sinch-receipts.ts';

const SECRET = 'the-webhook-secret';
const NONCE = '01FJA8B4A7BM43YGWSG9GBV067';
const NOW_MS = Date.UTC(2026, 10, 23, 7, 0, 0);
const NOW_SECONDS = NOW_MS / 1000;
const BATCH_ID = '01FC66621XXXXX119Z8PMV1QPQ';

const REPORT = {
  type: 'recipient_delivery_report_sms',
  batch_id: BATCH_ID,
  recipient: '14155550123',
  code: 0,
  status: 'Delivered',
  at: '2026-11-23T06:59:58.123Z',
  operator_status_at: '2026-11-23T06:59:57Z',
  client_reference: 'msg_0123456789abcdefghij-_',
};
const BODY = JSON.stringify(REPORT);

type Options = { webhookSecret?: string | undefined; hasReference?: boolean; now?: number };

function read(
  body: string | Buffer,
  headers: Record<string, unknown> = {},
  { webhookSecret, hasReference = false, now = NOW_MS }: Options = {},
) {
  return createSinchReceipts({ webhookSecrets: webhookSecret === undefined ? undefined : [webhookSecret] })({
    method: 'POST',
    url: 'https://gw.example.com/v1/receipts/sinch?ref=abc',
    // Node promises strings here; a caller's mistake must not open the door.
    headers: headers as IncomingHttpHeaders,
    rawBody: Buffer.from(body),
    hasReference,
    now,
  });
}

/** As the documentation puts it, by hand. */
function sign(
  body: string,
  { secret = SECRET, timestamp = String(NOW_SECONDS), hash = 'sha256' } = {},
): Record<string, unknown> {
  return {
    'x-sinch-webhook-signature': createHmac(hash, secret)
      .update(`${body}.${NONCE}.${timestamp}`)
      .digest('base64'),
    'x-sinch-webhook-signature-nonce': NONCE,
    'x-sinch-webhook-signature-timestamp': timestamp,
    'x-sinch-webhook-signature-algorithm': `HmacSHA${hash.slice(3)}`,
  };
}

const readSigned = (body: string | Buffer, headers: Record<string, unknown>, now = NOW_MS) =>
  read(body, headers, { webhookSecret: SECRET, now });
const readReport = (report: unknown) => read(JSON.stringify(report), {}, { hasReference: true });

const UNAUTHENTIC = { kind: 'unauthentic' };
const MALFORMED = { kind: 'malformed' };
const NOTHING = { kind: 'receipts', receipts: [] };

test.each([
  ['Queued', 400, 'sent', false, undefined],
  ['Dispatched', 401, 'sent', false, undefined],
  ['Delivered', 0, 'delivered', false, undefined],
  ['DELIVERED', 0, 'delivered', false, undefined],
  ['Failed', 11, 'undelivered', true, 'sinch_11'],
  ['Deleted', 34, 'undelivered', false, 'sinch_34'],
  ['Aborted', 402, 'failed', true, 'sinch_402'],
  ['Aborted', 403, 'failed', true, 'sinch_403'],
  ['Aborted', 404, 'failed', true, 'sinch_404'],
  ['Aborted', 405, 'failed', true, 'sinch_405'],
  ['Aborted', 406, 'expired', false, 'sinch_406'],
  ['Cancelled', 407, 'failed', false, 'sinch_407'],
  ['Aborted', 408, 'failed', true, 'sinch_408'],
  ['Rejected', 408, 'failed', true, 'sinch_408'],
  ['Aborted', 410, 'failed', true, 'sinch_410'],
  ['Aborted', 411, 'failed', true, 'sinch_411'],
  ['Aborted', 412, 'failed', true, 'sinch_412'],
  ['Aborted', 413, 'failed', true, 'sinch_413'],
  ['Expired', 3, 'expired', false, 'sinch_3'],
  ['Unknown', 9, 'unknown', false, 'sinch_9'],
])('reads %s with code %d as %s, curable: %s', (written, number, status, isCurable, code) => {
  expect(readReport({ ...REPORT, status: written, code: number })).toEqual({
    kind: 'receipts',
    receipts: [{ providerMessageId: BATCH_ID, status, code, isCurable }],
  });
});

test.each(['14155550123', 14155550123, 4.5, -1, 0, null, { a: 1 }, undefined])(
  'does not make a code of %j',
  (code) => {
    expect(readReport({ ...REPORT, status: 'Failed', code })).toMatchObject({
      receipts: [{ status: 'undelivered', code: undefined, isCurable: true }],
    });
  },
);

test.each<[string, unknown]>([
  ['no id', { ...REPORT, batch_id: undefined }],
  ['an id that is a number', { ...REPORT, batch_id: '+14155550123' }],
  ['an unknown status', { ...REPORT, status: 'Evaporated' }],
  ['a status that is none', { ...REPORT, status: 7 }],
  ['no status', { ...REPORT, status: undefined }],
  ['no type', { ...REPORT, type: undefined }],
  ['a list for a body', [REPORT]],
  ['null for a body', null],
  ['a summary without statuses', { type: 'delivery_report_sms', batch_id: BATCH_ID, total_message_count: 1 }],
  ['a summary without a count', { type: 'delivery_report_sms', batch_id: BATCH_ID, statuses: [{}] }],
])('takes a genuine callback with %s for malformed', (_, report) => {
  expect(readReport(report)).toEqual(MALFORMED);
});

test('takes a genuine callback that is not JSON for malformed', () => {
  expect(read('type=recipient_delivery_report_sms', {}, { hasReference: true })).toEqual(MALFORMED);
});

const summary = (statuses: unknown[], total: number) => ({
  type: 'delivery_report_sms',
  batch_id: BATCH_ID,
  statuses,
  total_message_count: total,
});

test('reads a summary of one message', () => {
  const report = summary([{ code: 408, count: 1, status: 'Rejected', recipients: ['14155550123'] }], 1);

  expect(readReport(report)).toEqual({
    kind: 'receipts',
    receipts: [{ providerMessageId: BATCH_ID, status: 'failed', code: 'sinch_408', isCurable: true }],
  });
});

test.each<[string, unknown]>([
  ['several messages', summary([{ code: 0, count: 2, status: 'Delivered' }], 2)],
  ['none', summary([], 1)],
  ['an MMS', { ...REPORT, type: 'recipient_delivery_report_mms' }],
  ['an inbound message', { type: 'mo_text', id: BATCH_ID, body: 'STOP' }],
])('gives no receipt for a genuine callback about %s', (_, report) => {
  expect(readReport(report)).toEqual(NOTHING);
});

test("verifies the signature of Sinch's documentation over the raw bytes", () => {
  // developers.sinch.com, Conversation API, Validating callbacks; so do the tests of Sinch's .NET SDK.
  const body =
    '{"app_id":"","accepted_time":"2021-10-18T17:49:13.813615Z","project_id":"e2df3a34-a71b-4448-9db5-a8d2baad28e4","contact_create_notification":{"contact":{"id":"01FJA8B466Y0R2GNXD78MD9SM1","channel_identities":[{"channel":"SMS","identity":"48123456789","app_id":""}],"display_name":"New Test Contact","email":"new.contact@email.com","external_id":"","metadata":"","language":"EN_US"}},"message_metadata":""}';
  const headers = {
    'x-sinch-webhook-signature': '6bpJoRmFoXVjfJIVglMoJzYXxnoxRujzR4k2GOXewOE=',
    'x-sinch-webhook-signature-nonce': NONCE,
    'x-sinch-webhook-signature-timestamp': '1634579353',
  };
  const options = { webhookSecret: 'foo_secret1234', now: 1_634_579_353_000 };

  expect(read(body, headers, options)).toEqual(MALFORMED);
  expect(read(`${body} `, headers, options)).toEqual(UNAUTHENTIC);
});

test.each(['sha256', 'sha384', 'sha512'])('reads a report signed with HMAC %s', (hash) => {
  expect(readSigned(BODY, sign(BODY, { hash }))).toMatchObject({ receipts: [{ status: 'delivered' }] });
});

test('takes the time of a signature five minutes off, before or after', () => {
  const readings = [-300_001, -300_000, 300_000, 300_001].map((offsetMs) =>
    readSigned(BODY, sign(BODY), NOW_MS + offsetMs),
  );

  expect(readings).toMatchObject([UNAUTHENTIC, { kind: 'receipts' }, { kind: 'receipts' }, UNAUTHENTIC]);
});

test.each<[string, string | Buffer, Record<string, unknown>]>([
  ['no headers', BODY, {}],
  ['no signature', BODY, { ...sign(BODY), 'x-sinch-webhook-signature': undefined }],
  ['no nonce', BODY, { ...sign(BODY), 'x-sinch-webhook-signature-nonce': undefined }],
  ['another nonce', BODY, { ...sign(BODY), 'x-sinch-webhook-signature-nonce': 'another' }],
  ['no time', BODY, { ...sign(BODY), 'x-sinch-webhook-signature-timestamp': undefined }],
  ['another time', BODY, { ...sign(BODY), 'x-sinch-webhook-signature-timestamp': `${NOW_SECONDS + 1}` }],
  ['a time that is none', BODY, sign(BODY, { timestamp: 'NaN' })],
  ['an empty time', BODY, sign(BODY, { timestamp: '' })],
  ['a time in milliseconds', BODY, sign(BODY, { timestamp: String(NOW_MS) })],
  ['an unknown algorithm', BODY, { ...sign(BODY), 'x-sinch-webhook-signature-algorithm': 'HmacMD5' }],
  ['another algorithm', BODY, { ...sign(BODY), 'x-sinch-webhook-signature-algorithm': 'HmacSHA512' }],
  ['a list for a signature', BODY, { ...sign(BODY), 'x-sinch-webhook-signature': ['a'] }],
  ['a signature that is none', BODY, { ...sign(BODY), 'x-sinch-webhook-signature': 'ü' }],
  ['another secret', BODY, sign(BODY, { secret: 'another' })],
  ['another body', BODY.replace('Delivered', 'Failed'), sign(BODY)],
  ['bytes that look alike as text', Buffer.from([0xff]), sign('\ufffd')],
])('refuses %s where there is a secret, whatever the URL holds', (_, body, headers) => {
  expect(read(body, headers, { webhookSecret: SECRET, hasReference: true })).toEqual(UNAUTHENTIC);
});

test('without a secret takes a reference of ours for proof, and nothing else', () => {
  expect(read(BODY, {}, { hasReference: true })).toMatchObject({ kind: 'receipts' });
  expect(read(BODY, sign(BODY))).toEqual(UNAUTHENTIC);
  expect(read('not JSON')).toEqual(UNAUTHENTIC);
});

test('refuses to read anything with an empty secret', () => {
  expect(() => createSinchReceipts({ webhookSecrets: [''] })).toThrow('webhookSecret');
});

// Ids of older service plans have 16 characters.
test.each(['EzbQ7H0vXvAdvTWh', 'rTNNPRhZ-q_0Xt2c', '01FC66621XXXXX119Z8PMV1QPQ'])(
  'takes the batch id %s',
  (batchId) => {
    expect(readReport({ ...REPORT, batch_id: batchId })).toMatchObject({
      receipts: [{ providerMessageId: batchId }],
    });
  },
);

test('any of several secrets proves a report, and which one is told', () => {
  const body = JSON.stringify(REPORT);
  const reading = (webhookSecrets: string[]) =>
    createSinchReceipts({ webhookSecrets })({
      method: 'POST',
      url: 'https://gw.example.com/v1/receipts/sinch',
      headers: sign(body) as IncomingHttpHeaders,
      rawBody: Buffer.from(body),
      hasReference: false,
      now: NOW_MS,
    });

  expect(reading(['new', SECRET])).toMatchObject({ kind: 'receipts', key: 2 });
  expect(reading(['new'])).toEqual(UNAUTHENTIC);
});
