import { generateKeyPairSync, type KeyObject, sign as signWith } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { createTelnyxReceipts } from './telnyx-receipts.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const PUBLIC_KEY = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64');
const NOW_S = 1_795_417_200;
const ID = '40385f64-5717-4562-b3fc-2c963f66afa6';

const MESSAGE = {
  record_type: 'message',
  direction: 'outbound',
  id: ID,
  type: 'SMS',
  from: { phone_number: '+18445550001', carrier: 'TELNYX LLC', line_type: 'VoIP' },
  to: [{ phone_number: '+18665550001', status: 'delivered', carrier: 'T-MOBILE USA, INC.' }],
  text: 'Código 493817 🔑',
  errors: [] as unknown,
};

/** The documented event with some parts replaced. */
const event = (message: object = {}, data: object = {}) =>
  JSON.stringify({
    data: {
      record_type: 'event',
      id: '86f58db9-0fe3-4adc-9d1f-46e66e6e9323',
      event_type: 'message.finalized',
      occurred_at: '2026-11-23T07:00:00.000+00:00',
      payload: { ...MESSAGE, ...message },
      ...data,
    },
    meta: { attempt: 1, delivered_to: 'https://sms.example.com/v1/receipts/telnyx' },
  });

const sign = (body: string | Buffer, timestamp: unknown = NOW_S, key: KeyObject = privateKey) =>
  signWith(null, Buffer.concat([Buffer.from(`${String(timestamp)}|`), Buffer.from(body)]), key).toString(
    'base64',
  );

function read(
  body: string | Buffer,
  signature: unknown = sign(body),
  timestamp: unknown = String(NOW_S),
  key = PUBLIC_KEY,
) {
  return createTelnyxReceipts({ publicKeys: [key] })({
    method: 'POST',
    url: 'https://sms.example.com/v1/receipts/telnyx?ref=msg_1.1.x',
    // Node guarantees strings here, but a caller's mistake must not make the check pass.
    headers: { 'telnyx-signature-ed25519': signature, 'telnyx-timestamp': timestamp } as IncomingHttpHeaders,
    rawBody: Buffer.from(body),
    hasReference: true,
    now: NOW_S * 1000,
  });
}

const failed = (status: string, ...codes: unknown[]) =>
  event({
    to: [{ status }],
    errors: codes.map((code) => ({ code, title: '493817', detail: '+18665550001' })),
  });

const UNAUTHENTIC = { kind: 'unauthentic' };
const MALFORMED = { kind: 'malformed' };
const DELIVERED = {
  kind: 'receipts',
  key: 1,
  receipts: [{ providerMessageId: ID, status: 'delivered', code: undefined, isCurable: false }],
};

test.each([
  ['queued', 'sent', false],
  ['sending', 'sent', false],
  ['sent', 'sent', false],
  ['delivered', 'delivered', false],
  ['delivery_failed', 'undelivered', true],
  ['sending_failed', 'failed', true],
  ['read', 'delivered', false],
  ['cancelled', 'failed', true],
  ['expired', 'expired', false],
  ['delivery_unconfirmed', 'unknown', false],
])('reads %s as %s', (status, expected, isCurable) => {
  expect(read(event({ to: [{ status }] }))).toEqual({
    kind: 'receipts',
    key: 1,
    receipts: [{ providerMessageId: ID, status: expected, code: undefined, isCurable }],
  });
});

test.each([
  ['delivery_failed', '40001', 'undelivered', false],
  ['delivery_failed', '40002', 'undelivered', true],
  ['delivery_failed', '40003', 'undelivered', true],
  ['delivery_failed', '40004', 'undelivered', true],
  ['delivery_failed', '40005', 'expired', false],
  ['sending_failed', '40014', 'expired', false],
  ['delivery_failed', '40006', 'undelivered', true],
  ['delivery_failed', '40008', 'undelivered', true],
  ['sending_failed', '40009', 'failed', true],
  ['delivery_failed', '40011', 'undelivered', true],
  ['delivery_failed', '40012', 'undelivered', false],
  ['sending_failed', '40300', 'failed', false],
  ['sending_failed', '40310', 'failed', false],
  ['sending_failed', '40318', 'failed', true],
  ['delivery_failed', '49999', 'undelivered', true],
  ['delivery_unconfirmed', '40005', 'unknown', false],
])('reads %s with error %s as %s, curable: %s', (status, code, expected, isCurable) => {
  expect(read(failed(status, code))).toEqual({
    kind: 'receipts',
    key: 1,
    receipts: [{ providerMessageId: ID, status: expected, code: `telnyx_${code}`, isCurable }],
  });
});

test.each([['Your code is 493817'], ['+18665550001'], [40008], [''], [null]])(
  'does not make a code of %j',
  (code) => {
    expect(read(failed('delivery_failed', code))).toMatchObject({
      receipts: [{ status: 'undelivered', code: undefined, isCurable: true }],
    });
  },
);

test('needs no list of errors', () => {
  expect(read(event({ errors: undefined }))).toEqual(DELIVERED);
  expect(read(event({ errors: 'none' }))).toEqual(DELIVERED);
});

test('reads the event of a message that was sent', () => {
  const body = event({ to: [{ status: 'sent' }] }, { event_type: 'message.sent' });

  expect(read(body)).toMatchObject({ kind: 'receipts', key: 1, receipts: [{ status: 'sent' }] });
});

test.each(['message.received', 'call.initiated', ''])('returns no receipt for an event %j', (event_type) => {
  expect(read(event({}, { event_type }))).toEqual({ kind: 'receipts', key: 1, receipts: [] });
});

test.each([
  ['no JSON', '<html>'],
  ['nothing', ''],
  ['null', 'null'],
  ['a list', '[]'],
  ['no data', '{}'],
  ['no event type', event({}, { event_type: undefined })],
  ['an event type that is no text', event({}, { event_type: 5 })],
  ['no message', event({}, { payload: undefined })],
  ['a message that is text', event({}, { payload: 'delivered' })],
  ['no id', event({ id: undefined })],
  ['an id that is a phone number', event({ id: '+18665550001' })],
  ['no recipient', event({ to: [] })],
  ['a recipient that is no list', event({ to: { status: 'delivered' } })],
  ['no status', event({ to: [{ phone_number: '+18665550001' }] })],
  ['an unknown status', event({ to: [{ status: 'evaporated' }] })],
])('reports a signed event with %s as malformed', (_, body) => {
  expect(read(body)).toEqual(MALFORMED);
});

test('verifies the bytes, not the parsed event', () => {
  const body = event();
  const spaced = JSON.stringify(JSON.parse(body), undefined, 2);

  expect(read(spaced)).toEqual(DELIVERED);
  expect(read(spaced, sign(body))).toEqual(UNAUTHENTIC);
  expect(read(Buffer.from([0xff, 0xfe, 0x00]))).toEqual(MALFORMED);
});

test.each([
  ['another status', event({ to: [{ status: 'delivery_failed' }] })],
  ['another id', event({ id: ID.replace('4', '5') })],
  ['a further byte', `${event()} `],
  ['nothing', ''],
])('refuses a body changed to %s', (_, body) => {
  expect(read(body, sign(event()))).toEqual(UNAUTHENTIC);
});

test.each([
  [-300, DELIVERED],
  [300, DELIVERED],
  [-301, UNAUTHENTIC],
  [301, UNAUTHENTIC],
])('returns %2$j for a signature that is %d s off', (offset, expected) => {
  const timestamp = String(NOW_S + offset);

  expect(read(event(), sign(event(), timestamp), timestamp)).toEqual(expected);
});

test.each<[string, unknown]>([
  ['no time', null],
  ['an empty time', ''],
  ['a time that is text', 'now'],
  ['a negative time', '-1'],
  ['a time with a fraction', `${NOW_S}.5`],
  ['a time with a space', ` ${NOW_S}`],
  ['a list of times', [String(NOW_S)]],
  ['a time out of all bounds', '9'.repeat(400)],
])('refuses %s even if it is signed', (_, timestamp) => {
  expect(read(event(), sign(event(), timestamp), timestamp)).toEqual(UNAUTHENTIC);
});

test('refuses a time other than the signed one', () => {
  expect(read(event(), sign(event(), NOW_S), String(NOW_S + 1))).toEqual(UNAUTHENTIC);
});

const SIGNATURE = sign(event());

test.each<[string, unknown]>([
  ['no signature', null],
  ['an empty signature', ''],
  ['garbage', 'ÿ'],
  ['a list', [SIGNATURE]],
  ['two signatures', `${SIGNATURE}, ${SIGNATURE}`],
  ['a signature cut off', SIGNATURE.slice(0, 40)],
  ['a signature without padding', SIGNATURE.replace('==', '')],
  ['a signature in hexadecimal digits', Buffer.from(SIGNATURE, 'base64').toString('hex')],
  ['zeros', Buffer.alloc(64).toString('base64')],
  ["another key's signature", sign(event(), NOW_S, generateKeyPairSync('ed25519').privateKey)],
])('refuses %s', (_, signature) => {
  expect(read(event(), signature)).toEqual(UNAUTHENTIC);
});

test.each([
  ['without padding', PUBLIC_KEY.replace('=', '')],
  ['in the alphabet of URLs', Buffer.from(PUBLIC_KEY, 'base64').toString('base64url')],
])('accepts a public key %s, as the configuration does', (_, key) => {
  expect(read(event(), sign(event()), String(NOW_S), key)).toEqual(DELIVERED);
});

test.each(['', 'the-public-key', PUBLIC_KEY.slice(4), `${PUBLIC_KEY}\n`, 'A'.repeat(44)])(
  'refuses to work with an unusable key (%#)',
  (unusable) => {
    const create = () => createTelnyxReceipts({ publicKeys: [unusable] });

    expect(create).toThrow('publicKey');
    if (unusable !== '') expect(create).not.toThrow(unusable);
  },
);
