import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { createPlivoReceipts } from './plivo-receipts.ts';

const AUTH_TOKEN = 'the-auth-token';
const NONCE = '12345678901234567890';
const BASE = 'https://gw.example.com/v1/receipts/plivo';
const URL = `${BASE}?ref=abc.DEF-_1`;
const UUID = 'db3ce55a-7f1d-11e1-8ea7-1231380bc196';

const FIELDS: Record<string, string> = {
  MessageUUID: UUID,
  To: '14155550123',
  From: '14155550100',
  Status: 'delivered',
  Type: 'sms',
  Units: '1',
  ErrorCode: '',
};

const encode = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const hmac = (text: string, token = AUTH_TOKEN) => createHmac('sha256', token).update(text).digest('base64');

/** As the documentation puts it, by hand, for a URL whose query is in order already. */
function sign(fields: Record<string, string>, token = AUTH_TOKEN) {
  const text = Object.keys(fields)
    .toSorted()
    .map((name) => `${name}${fields[name]}`)
    .join('');
  return hmac(`${URL}.${text}.${NONCE}`, token);
}

function read(
  body: string,
  headers: Record<string, unknown>,
  { url = URL, authToken = AUTH_TOKEN, hasReference = false } = {},
) {
  return createPlivoReceipts({ authTokens: [authToken] })({
    method: 'POST',
    url,
    // Node promises strings here; a caller's mistake must not open the door.
    headers: headers as IncomingHttpHeaders,
    rawBody: Buffer.from(body),
    hasReference,
    now: 0,
  });
}

const v3 = (signature: unknown) => ({
  'x-plivo-signature-v3': signature,
  'x-plivo-signature-v3-nonce': NONCE,
});
const v2 = (signature: unknown, nonce: unknown = NONCE) => ({
  'x-plivo-signature-v2': signature,
  'x-plivo-signature-v2-nonce': nonce,
});
const readFields = (fields: Record<string, string>) => read(encode(fields), v3(sign(fields)));

const UNAUTHENTIC = { kind: 'unauthentic' };
const MALFORMED = { kind: 'malformed' };

test.each([
  ['queued', 'sent', false],
  ['sent', 'sent', false],
  ['delivered', 'delivered', false],
  ['undelivered', 'undelivered', true],
  ['failed', 'failed', true],
  ['rejected', 'failed', true],
])('reads %s as %s', (Status, status, isCurable) => {
  expect(readFields({ ...FIELDS, Status })).toEqual({
    kind: 'receipts',
    key: 1,
    receipts: [{ providerMessageId: UUID, status, code: undefined, isCurable }],
  });
});

test.each([
  ['10', 'undelivered', true],
  ['20', 'undelivered', true],
  ['30', 'undelivered', true],
  ['40', 'undelivered', true],
  ['50', 'undelivered', false],
  ['60', 'undelivered', true],
  ['70', 'undelivered', true],
  ['80', 'undelivered', false],
  ['90', 'undelivered', true],
  ['100', 'undelivered', true],
  ['110', 'undelivered', true],
  ['200', 'undelivered', false],
  ['300', 'undelivered', true],
  ['420', 'expired', false],
  ['450', 'undelivered', true],
  ['451', 'undelivered', true],
  ['900', 'undelivered', true],
  ['950', 'undelivered', true],
  ['1000', 'undelivered', true],
  ['777', 'undelivered', true],
])('reads error %s of an undelivered message as %s, curable: %s', (ErrorCode, status, isCurable) => {
  expect(readFields({ ...FIELDS, Status: 'undelivered', ErrorCode })).toEqual({
    kind: 'receipts',
    key: 1,
    receipts: [{ providerMessageId: UUID, status, code: `plivo_${ErrorCode}`, isCurable }],
  });
});

test.each(['000', '', '+14155550123', 'Your code is 493817', '123456'])(
  'does not make a code of %j',
  (ErrorCode) => {
    expect(readFields({ ...FIELDS, Status: 'failed', ErrorCode })).toMatchObject({
      receipts: [{ status: 'failed', code: undefined, isCurable: true }],
    });
  },
);

test('does not call a message expired that is on its way, whatever its error', () => {
  expect(readFields({ ...FIELDS, Status: 'sent', ErrorCode: '420' })).toMatchObject({
    receipts: [{ status: 'sent' }],
  });
});

test.each<[string, Record<string, string>]>([
  ['no id', { MessageUUID: '' }],
  ['an id that is a number', { MessageUUID: '14155550123' }],
  ['an unknown status', { Status: 'evaporated' }],
  ['no status', { Status: '' }],
])('takes a genuine callback with %s for malformed', (_, fields) => {
  expect(readFields({ ...FIELDS, ...fields })).toEqual(MALFORMED);
});

test('takes a genuine callback that says two things for malformed', () => {
  const signature = hmac(`${URL}.MessageUUID${UUID}StatusdeliveredStatusfailed.${NONCE}`);

  expect(read(`MessageUUID=${UUID}&Status=failed&Status=delivered`, v3(signature))).toEqual(MALFORMED);
});

test.each([
  ['a query and a form', URL, encode(FIELDS), 'E6PRzwjRgYLMcHvFrT0wHBp55fu6C58brd37P69iW50='],
  [
    'a form only',
    BASE,
    `MessageUUID=${UUID}&Status=delivered`,
    '4XhFk0EGELXBa5om8+3MwiYfjOEqkyrdG8u/W9tAiWU=',
  ],
  [
    'repeated and escaped names and values, a port and a path',
    'https://gw.example.com:8443/gateway/v1/receipts/plivo?z=2&b=%C3%A9+x&a=3&a=1',
    `b=2&b=10&a=${encodeURIComponent('é ü&=')}&MessageTime=2026-11-23+07%3A00%3A00.123456&MessageUUID=${UUID}&Status=sent`,
    'LgoLbsoX6xuwv69xsf9It5iz0tyW8ky10W8EdB4qPXE=',
  ],
])("verifies what Plivo's own SDK signs: %s", (_, url, body, signature) => {
  expect(read(body, v3(signature), { url })).toMatchObject({ kind: 'receipts' });
});

test.each([
  [`${BASE}?ref=abc`, 'GapoNIsrKP0SLGW1yYYIhWUDTh1aTxmm++wIVfsCyoE='],
  [BASE, 'C/GDHLb0NBk11reYNSi59CDXxjt8YTpmiOz0emNuUyg='],
])("verifies what Plivo's own SDK signs without a form at %s", (url, signature) => {
  expect(read('', v3(signature), { url })).toEqual(MALFORMED);
});

test("takes the main account's signature, and any of several in one header", () => {
  const body = encode(FIELDS);
  const others = `${sign(FIELDS, 'old-token')}, ${sign(FIELDS)}`;
  const main = { ...v3(sign(FIELDS, 'subaccount-token')), 'x-plivo-signature-ma-v3': sign(FIELDS) };

  expect(read(body, v3(others))).toMatchObject({ kind: 'receipts' });
  expect(read(body, main)).toMatchObject({ kind: 'receipts' });
});

test.each<[string, string, Record<string, unknown>, { url?: string; authToken?: string }]>([
  ['no headers', encode(FIELDS), {}, {}],
  ['no nonce', encode(FIELDS), { 'x-plivo-signature-v3': sign(FIELDS) }, {}],
  ['two nonces', encode(FIELDS), { ...v3(sign(FIELDS)), 'x-plivo-signature-v3-nonce': [NONCE, NONCE] }, {}],
  ['another nonce', encode(FIELDS), { ...v3(sign(FIELDS)), 'x-plivo-signature-v3-nonce': '1' }, {}],
  ['an empty signature', encode(FIELDS), v3(''), {}],
  ['a signature that is none', encode(FIELDS), v3('ü,,='), {}],
  ['a list for a signature', encode(FIELDS), v3([sign(FIELDS)]), {}],
  ["another account's token", encode(FIELDS), v3(sign(FIELDS, 'another')), {}],
  ['a changed field', encode({ ...FIELDS, Status: 'failed' }), v3(sign(FIELDS)), {}],
  ['a field more', `${encode(FIELDS)}&Status=failed`, v3(sign(FIELDS)), {}],
  ['a field less', encode({ MessageUUID: UUID, Status: 'delivered' }), v3(sign(FIELDS)), {}],
  ['another reference', encode(FIELDS), v3(sign(FIELDS)), { url: `${BASE}?ref=abc.DEF-_2` }],
  ['no reference', encode(FIELDS), v3(sign(FIELDS)), { url: BASE }],
  ['another host', encode(FIELDS), v3(sign(FIELDS)), { url: URL.replace('gw.', 'evil.') }],
  ['a body that is no form', '{"Status":"delivered"}', v3(sign(FIELDS)), {}],
])('refuses %s', (_, body, headers, options) => {
  expect(read(body, headers, options)).toEqual(UNAUTHENTIC);
});

test('takes a signature V2, which is not over the form, only along with a reference of ours', () => {
  // What plivo 4.79 computes for this URL, whose query it leaves out.
  const headers = v2('IP5pU/5iu7rDlV0CEFoeLACkXR4H+1iYdVDXELq4hIE=');

  expect(read(encode(FIELDS), headers, { hasReference: true })).toMatchObject({ kind: 'receipts' });
  expect(read(encode(FIELDS), headers)).toEqual(UNAUTHENTIC);
});

test.each([
  ['https://answer.url', '12345', 'ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc='],
  ['https://answer.url:8000', '24725744043720739450', 'LDphWoWimP4QM5AoWI1uwP6WmlWtt5ITPZjXIWYvCNU='],
])("verifies the vector V2 of %s from the tests of Plivo's SDK", (url, nonce, signature) => {
  const options = { url, authToken: 'my_auth_token', hasReference: true };
  const main = { 'x-plivo-signature-ma-v2': signature, 'x-plivo-signature-v2-nonce': nonce };

  expect(read('', v2(signature, nonce), options)).toEqual(MALFORMED);
  expect(read('', main, options)).toEqual(MALFORMED);
  expect(read('', v2(signature, '1'), options)).toEqual(UNAUTHENTIC);
});

test('does not fall back to V2 where a signature V3 is wrong', () => {
  const headers = { ...v2(hmac(BASE + NONCE)), ...v3(sign(FIELDS, 'another')) };

  expect(read(encode(FIELDS), headers, { hasReference: true })).toEqual(UNAUTHENTIC);
});

test('a reference of ours alone proves nothing', () => {
  expect(read(encode(FIELDS), {}, { hasReference: true })).toEqual(UNAUTHENTIC);
  expect(read(encode(FIELDS), v2('', ''), { hasReference: true })).toEqual(UNAUTHENTIC);
});

test('refuses to read anything with an empty token', () => {
  expect(() => createPlivoReceipts({ authTokens: [''] })).toThrow('authToken');
});
