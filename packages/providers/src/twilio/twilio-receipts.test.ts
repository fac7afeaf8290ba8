import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import twilio from 'twilio';
import { expect, test } from 'vitest';
import { createTwilioReceipts } from './twilio-receipts.ts';

const AUTH_TOKEN = 'the-auth-token';
const URL = 'https://sms.example.com/v1/receipts/twilio?ref=msg_1.1.x';
const SID = `SM${'0b'.repeat(16)}`;

const FIELDS: Record<string, string> = {
  MessageSid: SID,
  SmsSid: SID,
  MessageStatus: 'delivered',
  AccountSid: `AC${'0a'.repeat(16)}`,
  From: '+15005550006',
  To: '+14155550123',
  ApiVersion: '2010-04-01',
};

const encode = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

/** As the documentation puts it, by hand. */
function sign(url: string, fields: Record<string, string>, token = AUTH_TOKEN) {
  const text = Object.keys(fields)
    .toSorted()
    .map((name) => `${name}${fields[name]}`)
    .join('');
  return createHmac('sha1', token)
    .update(url + text)
    .digest('base64');
}

function read(
  body: string | Buffer,
  signature: unknown,
  { url = URL, token = AUTH_TOKEN }: { url?: string; token?: string } = {},
) {
  // Node promises a string here; a caller's mistake must not open the door.
  const headers = { 'x-twilio-signature': signature } as IncomingHttpHeaders;
  return createTwilioReceipts({ authTokens: [token] })({
    method: 'POST',
    url,
    headers,
    rawBody: Buffer.from(body),
    hasReference: true,
    now: 0,
  });
}

const readFields = (fields: Record<string, string>) => read(encode(fields), sign(URL, fields));

const UNAUTHENTIC = { kind: 'unauthentic' };
const MALFORMED = { kind: 'malformed' };

test.each([
  ['accepted', 'sent', false],
  ['scheduled', 'sent', false],
  ['queued', 'sent', false],
  ['sending', 'sent', false],
  ['sent', 'sent', false],
  ['delivered', 'delivered', false],
  ['read', 'delivered', false],
  ['undelivered', 'undelivered', true],
  ['failed', 'failed', true],
  ['canceled', 'failed', true],
  ['partially_delivered', 'sent', false],
])('reads %s as %s', (MessageStatus, status, isCurable) => {
  expect(readFields({ ...FIELDS, MessageStatus })).toEqual({
    kind: 'receipts',
    key: 1,
    receipts: [{ providerMessageId: SID, status, code: undefined, isCurable }],
  });
});

test.each([
  ['undelivered', '30001', 'undelivered', true],
  ['undelivered', '30002', 'undelivered', true],
  ['undelivered', '30003', 'undelivered', true],
  ['undelivered', '30004', 'undelivered', true],
  ['undelivered', '30005', 'undelivered', false],
  ['undelivered', '30006', 'undelivered', false],
  ['undelivered', '30007', 'undelivered', true],
  ['undelivered', '30008', 'undelivered', true],
  ['undelivered', '30017', 'undelivered', true],
  ['failed', '30034', 'failed', true],
  ['failed', '21610', 'failed', false],
  ['failed', '21614', 'failed', false],
  ['failed', '30036', 'expired', false],
  ['undelivered', '30036', 'expired', false],
  ['undelivered', '39999', 'undelivered', true],
])('reads %s with error %s as %s, curable: %s', (MessageStatus, ErrorCode, status, isCurable) => {
  expect(readFields({ ...FIELDS, MessageStatus, ErrorCode })).toEqual({
    kind: 'receipts',
    key: 1,
    receipts: [{ providerMessageId: SID, status, code: `twilio_${ErrorCode}`, isCurable }],
  });
});

test.each(['', '0', '+14155550123', 'Your code is 493817', '3000', '030003', '300030'])(
  'does not make a code of %j',
  (ErrorCode) => {
    expect(readFields({ ...FIELDS, MessageStatus: 'failed', ErrorCode })).toMatchObject({
      receipts: [{ status: 'failed', code: undefined, isCurable: true }],
    });
  },
);

test('calls a message that is on its way neither failed nor expired, whatever its error', () => {
  expect(readFields({ ...FIELDS, MessageStatus: 'sent', ErrorCode: '30036' })).toMatchObject({
    receipts: [{ status: 'sent', isCurable: false }],
  });
});

test.each<[string, Record<string, string>]>([
  ['no id', { MessageSid: '' }],
  ['an id that is a number', { MessageSid: '+14155550123' }],
  ['an unknown status', { MessageStatus: 'evaporated' }],
  ['no status', { MessageStatus: '' }],
])('takes a genuine callback with %s for malformed', (_, fields) => {
  expect(readFields({ ...FIELDS, ...fields })).toEqual(MALFORMED);
});

test('takes genuine calls without any field for malformed', () => {
  expect(read('', sign(URL, {}))).toEqual(MALFORMED);
});

test('takes a genuine callback that says two things for malformed', () => {
  const body = `${encode(FIELDS)}&MessageStatus=failed`;
  const signature = twilio.getExpectedTwilioSignature(AUTH_TOKEN, URL, {
    ...FIELDS,
    MessageStatus: ['delivered', 'failed'],
  });

  expect(read(body, signature)).toEqual(MALFORMED);
});

test.each([
  [
    'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
    'Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE',
  ],
  ['IK+Dwps556ElfBT0I3Rgjkr1wJU=', 'Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234'],
])("verifies the vector %s of Twilio's own SDKs", (signature, body) => {
  const options = { url: 'https://mycompany.com/myapp.php?foo=1&bar=2', token: '12345' };

  // Genuine, but of a call or made up, so not of the form of a receipt.
  expect(read(body, signature, options)).toEqual(MALFORMED);
  expect(read(body.replace('1234', '1235'), signature, options)).toEqual(UNAUTHENTIC);
});

test.each<[string, string, Record<string, string>]>([
  ['a plain form', URL, FIELDS],
  ['text beyond ASCII', URL, { ...FIELDS, Body: 'Código 🔑 & = + %', 'Schlüssel ': ' ß ' }],
  ['values with nothing in them', URL, { ...FIELDS, ErrorMessage: '', '': '' }],
  ['a URL with a port', 'https://sms.example.com:8443/v1/receipts/twilio?ref=a', FIELDS],
  ['a URL with encoded and unencoded characters', "https://sms.example.com/v1/r?ref=a%2Fb'c&x=ü|", FIELDS],
  ['a URL over http', 'http://sms.example.com/v1/receipts/twilio', FIELDS],
  ['an IPv6 host', 'https://[2001:db8::1]/v1/receipts/twilio', FIELDS],
  ['an IPv6 host with a port', 'https://[2001:db8::1]:8443/v1/receipts/twilio', FIELDS],
])("agrees with Twilio's SDK about %s", (_, url, fields) => {
  const signature = twilio.getExpectedTwilioSignature(AUTH_TOKEN, url, fields);

  expect(twilio.validateRequest(AUTH_TOKEN, signature, url, fields)).toBe(true);
  expect(read(encode(fields), signature, { url })).toMatchObject({ kind: 'receipts' });
});

test.each([
  ['https://sms.example.com/r?a=1', 'https://sms.example.com:443/r?a=1'],
  ['https://sms.example.com:443/r?a=1', 'https://sms.example.com/r?a=1'],
  ['http://sms.example.com/r', 'http://sms.example.com:80/r'],
  ['https://sms.example.com:8443/r', 'https://sms.example.com/r'],
  ['https://[2001:db8::1]/r', 'https://[2001:db8::1]:443/r'],
])('takes a call of %s that was signed for %s, as the SDK does', (url, signedUrl) => {
  const signature = sign(signedUrl, FIELDS);

  expect(twilio.validateRequest(AUTH_TOKEN, signature, url, FIELDS)).toBe(true);
  expect(read(encode(FIELDS), signature, { url })).toMatchObject({ kind: 'receipts' });
});

test.each([
  ['another path', 'https://sms.example.com/v1/receipts/vonage?ref=msg_1.1.x'],
  ['another reference', `${URL}y`],
  ['a further parameter', `${URL}&x=1`],
  ['no query', 'https://sms.example.com/v1/receipts/twilio'],
  ['another host', 'https://sms.example.org/v1/receipts/twilio?ref=msg_1.1.x'],
  ['another scheme', 'http://sms.example.com/v1/receipts/twilio?ref=msg_1.1.x'],
  ['another port', 'https://sms.example.com:8443/v1/receipts/twilio?ref=msg_1.1.x'],
  ['no URL at all', ''],
])('refuses a callback that was signed for a URL with %s', (_, signedUrl) => {
  expect(read(encode(FIELDS), sign(signedUrl, FIELDS))).toEqual(UNAUTHENTIC);
});

test.each([
  ['another status', encode({ ...FIELDS, MessageStatus: 'failed' })],
  ['a further field', `${encode(FIELDS)}&x=1`],
  ['a field repeated with another value', `${encode(FIELDS)}&MessageStatus=failed`],
  ['a field less', encode(FIELDS).replace('ApiVersion=2010-04-01', '')],
  ['nothing', ''],
  ['JSON', JSON.stringify(FIELDS)],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
])('refuses a body changed to %s', (_, body) => {
  expect(read(body, sign(URL, FIELDS))).toEqual(UNAUTHENTIC);
});

test.each<[string, unknown]>([
  ['no signature', undefined],
  ['an empty signature', ''],
  ['garbage', 'ÿ not base64'],
  ['a list', [sign(URL, FIELDS)]],
  ['two signatures', `${sign(URL, FIELDS)}, ${sign(URL, FIELDS)}`],
  ['half a signature', sign(URL, FIELDS).slice(0, 14)],
  ['a signature without padding', sign(URL, FIELDS).replace('=', '')],
  ["another account's signature", sign(URL, FIELDS, 'another-token')],
])('refuses %s', (_, signature) => {
  expect(read(encode(FIELDS), signature)).toEqual(UNAUTHENTIC);
});

test('takes fields in any order, and the same value twice, as signed once', () => {
  const reversed = Object.fromEntries(Object.entries(FIELDS).toReversed());

  expect(read(encode(reversed), sign(URL, FIELDS))).toMatchObject({ kind: 'receipts' });
  expect(read(`${encode(FIELDS)}&To=%2B14155550123`, sign(URL, FIELDS))).toMatchObject({ kind: 'receipts' });
});

test('reads JSON whose hash is in the signed URL', () => {
  const body = JSON.stringify({ ...FIELDS, Body: 'Código ✓' });
  const url = `${URL}&bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
  const signature = sign(url, {});

  expect(twilio.validateRequestWithBody(AUTH_TOKEN, signature, url, body)).toBe(true);
  expect(read(body, signature, { url })).toMatchObject({
    kind: 'receipts',
    key: 1,
    receipts: [{ status: 'delivered' }],
  });
  expect(read(body.replace('delivered', 'failed'), signature, { url })).toEqual(UNAUTHENTIC);
  expect(read(body, sign(URL, {}), { url })).toEqual(UNAUTHENTIC);
});

test('takes JSON of another form for malformed', () => {
  const url = `${URL}&bodySHA256=${createHash('sha256').update('[]').digest('hex')}`;

  expect(read('[]', sign(url, {}), { url })).toEqual(MALFORMED);
});

test('refuses to work without an auth token', () => {
  expect(() => createTwilioReceipts({ authTokens: [''] })).toThrow('authToken');
});

test('any of several auth tokens proves a callback, and which one is told', async () => {
  const fields = { MessageSid: `SM${'0b'.repeat(16)}`, MessageStatus: 'delivered' };
  const reading = (authTokens: string[]) =>
    createTwilioReceipts({ authTokens })({
      method: 'POST',
      url: URL,
      headers: { 'x-twilio-signature': sign(URL, fields) },
      rawBody: Buffer.from(encode(fields)),
      hasReference: false,
      now: 0,
    });

  expect(reading([AUTH_TOKEN, 'secondary'])).toMatchObject({ kind: 'receipts', key: 1 });
  expect(reading(['new', AUTH_TOKEN])).toMatchObject({ kind: 'receipts', key: 2 });
  expect(reading(['new'])).toEqual(UNAUTHENTIC);
});
