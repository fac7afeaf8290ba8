import { createHash, createHmac } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createVonageReceipts } from './vonage-receipts.ts';

const SECRET = 'the-signature-secret-of-the-account';
const URL = 'https://sms.example.com/v1/receipts/vonage?ref=msg_1.1.x';
const NOW_S = 1_600_000_000;
const ID = '0A0000001234567B';

const RECEIPT: Record<string, unknown> = {
  msisdn: '447700900000',
  to: 'AcmeInc',
  'network-code': '12345',
  messageId: ID,
  price: '0.03330000',
  status: 'delivered',
  scts: '2001011400',
  'err-code': '0',
  'api-key': 'abcd1234',
  'client-ref': 'msg_0123456789abcdefghij-_',
  'message-timestamp': '2020-01-01 12:00:00',
};
const SIGNED: Record<string, unknown> = {
  ...RECEIPT,
  timestamp: String(NOW_S),
  nonce: 'ec11dd3e-1e7f-4db5-9467-82b02cd223b9',
};

type Call = {
  method?: 'GET' | 'POST';
  headers?: object;
  now?: number;
  url?: string;
  secrets?: string[];
  hasReference?: boolean;
};

function read(
  body: string | Buffer,
  {
    method = 'POST',
    headers = {},
    now = NOW_S,
    url = URL,
    secrets = [SECRET],
    hasReference = true,
  }: Call = {},
) {
  return createVonageReceipts({ signatureSecrets: secrets })({
    method,
    url,
    // Node promises strings here; a caller's mistake must not open the door.
    headers: { 'content-type': 'application/json', ...headers },
    rawBody: Buffer.from(body),
    hasReference,
    now: now * 1000,
  });
}

const FORM = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
const encode = (fields: Record<string, unknown>) =>
  new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
const sha256 = (body: string | Buffer) => createHash('sha256').update(body).digest('hex');

type Token = { iat?: number; secret?: string; alg?: string; claims?: object };

function token(
  body: string | Buffer,
  { iat = NOW_S, secret = SECRET, alg = 'HS256', claims = { payload_hash: sha256(body) } }: Token = {},
) {
  return new SignJWT({ iss: 'Vonage', api_key: 'abcd1234', jti: 'c5ba8f24', iat, ...claims })
    .setProtectedHeader({ alg, typ: 'JWT' })
    .sign(Buffer.from(secret));
}

async function readWithToken(fields: Record<string, unknown>) {
  const body = JSON.stringify(fields);
  return read(body, { headers: { authorization: `Bearer ${await token(body)}` } });
}

/** As the guide on signing messages puts it, by hand. */
const signedText = (fields: Record<string, unknown>) =>
  Object.keys(fields)
    .toSorted()
    .map((name) => `&${name}=${String(fields[name]).replaceAll('&', '_').replaceAll('=', '_')}`)
    .join('');
const sign = (fields: Record<string, unknown>, secret = SECRET) =>
  createHmac('sha256', secret).update(signedText(fields)).digest('hex').toUpperCase();

const readSigned = (fields: Record<string, unknown>, sig: unknown = sign(fields), call: Call = {}) =>
  read(JSON.stringify({ ...fields, sig }), call);

const UNAUTHENTIC = { kind: 'unauthentic' };
const MALFORMED = { kind: 'malformed' };
const DELIVERED = {
  kind: 'receipts',
  key: 1,
  receipts: [{ providerMessageId: ID, status: 'delivered', code: undefined, isCurable: false }],
};

describe('what a receipt says', () => {
  test.each([
    ['accepted', '0', 'sent', undefined, false],
    ['buffered', '0', 'sent', undefined, false],
    ['delivered', '0', 'delivered', undefined, false],
    ['unknown', '1', 'unknown', 'vonage_err_1', false],
    ['expired', '1', 'expired', 'vonage_err_1', false],
    ['failed', '0', 'failed', undefined, true],
    ['rejected', '0', 'undelivered', undefined, true],
    ['failed', '1', 'failed', 'vonage_err_1', true],
    ['failed', '2', 'failed', 'vonage_err_2', true],
    ['failed', '3', 'failed', 'vonage_err_3', false],
    ['failed', '4', 'failed', 'vonage_err_4', false],
    ['failed', '5', 'failed', 'vonage_err_5', true],
    ['rejected', '6', 'undelivered', 'vonage_err_6', true],
    ['failed', '7', 'failed', 'vonage_err_7', true],
    ['failed', '8', 'failed', 'vonage_err_8', true],
    ['rejected', '9', 'undelivered', 'vonage_err_9', false],
    ['failed', '10', 'failed', 'vonage_err_10', true],
    ['failed', '11', 'failed', 'vonage_err_11', true],
    ['failed', '12', 'failed', 'vonage_err_12', true],
    ['failed', '13', 'failed', 'vonage_err_13', false],
    ['failed', '14', 'failed', 'vonage_err_14', false],
    ['failed', '15', 'failed', 'vonage_err_15', false],
    ['rejected', '50', 'undelivered', 'vonage_err_50', true],
    ['rejected', '52', 'undelivered', 'vonage_err_52', true],
    ['rejected', '53', 'undelivered', 'vonage_err_53', false],
    ['failed', '99', 'failed', 'vonage_err_99', true],
    ['failed', 6, 'failed', 'vonage_err_6', true],
    ['failed', '447700900000', 'failed', undefined, true],
    ['failed', 'Absent Subscriber', 'failed', undefined, true],
    ['failed', undefined, 'failed', undefined, true],
  ])('reads %s with err-code %j as %s', async (status, code, expected, expectedCode, isCurable) => {
    expect(await readWithToken({ ...RECEIPT, status, 'err-code': code })).toEqual({
      kind: 'receipts',
      key: 1,
      receipts: [{ providerMessageId: ID, status: expected, code: expectedCode, isCurable }],
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ['no id', { messageId: undefined }],
    ['an id that is a phone number', { messageId: '447700900000' }],
    ['an id that is no text', { messageId: 12 }],
    ['an unknown status', { status: 'evaporated' }],
    ['no status', { status: undefined }],
    ['a status that is a list', { status: ['delivered'] }],
  ])('takes a genuine receipt with %s for malformed', async (_, fields) => {
    expect(await readWithToken({ ...RECEIPT, ...fields })).toEqual(MALFORMED);
  });

  test.each(['', '[]', 'null', '{', 'status=delivered', Buffer.from([0xff, 0xfe])])(
    'takes a genuine body of another form for malformed (%#)',
    async (body) => {
      const headers = { authorization: `Bearer ${await token(body)}` };

      expect(await read(body, { headers })).toEqual(MALFORMED);
    },
  );

  test('ignores what is new in a receipt', async () => {
    expect(await readWithToken({ ...RECEIPT, usage: { price: '1' }, beta: null })).toEqual(DELIVERED);
  });
});

describe('a token', () => {
  test('proves JSON and forms, in any script', async () => {
    const json = JSON.stringify({ ...RECEIPT, to: 'Größe 🔑' });
    const form = encode({ ...RECEIPT, to: 'Größe 🔑' });

    const headers = { authorization: `Bearer ${await token(json)}` };
    expect(await read(json, { headers })).toEqual(DELIVERED);
    const authorization = `bearer  ${await token(form)}`;
    expect(await read(form, { headers: { ...FORM.headers, authorization } })).toEqual(DELIVERED);
  });

  const body = JSON.stringify(RECEIPT);

  test.each([
    [-300, DELIVERED],
    [300, DELIVERED],
    [-301, UNAUTHENTIC],
    [301, UNAUTHENTIC],
  ])('that is %d s off comes to %j', async (offset, expected) => {
    const authorization = `Bearer ${await token(body, { iat: NOW_S + offset })}`;

    expect(await read(body, { headers: { authorization } })).toEqual(expected);
  });

  test.each<[string, () => Promise<string> | string]>([
    ['is made with another secret', () => token(body, { secret: 'another-secret' })],
    ['is for another body', () => token(`${body} `)],
    ['has no hash', () => token(body, { claims: {} })],
    ['has an empty hash', () => token(body, { claims: { payload_hash: '' } })],
    ['has a hash that is no text', () => token(body, { claims: { payload_hash: [sha256(body)] } })],
    ['has no time', () => token(body, { claims: { payload_hash: sha256(body), iat: undefined } })],
    [
      'has a time that is no number',
      () => token(body, { claims: { payload_hash: sha256(body), iat: `${NOW_S}` } }),
    ],
    ['has expired', () => token(body, { claims: { payload_hash: sha256(body), exp: NOW_S - 1 } })],
    ['is made with HS512', () => token(body, { alg: 'HS512' })],
    ['is unsigned', () => new UnsecuredJWT({ iat: NOW_S, payload_hash: sha256(body) }).encode()],
    ['is cut off', async () => (await token(body)).slice(0, -5)],
    ['has no signature', async () => (await token(body)).replace(/[^.]+$/, '')],
    ['is garbage', () => 'ÿ.ÿ.ÿ'],
  ])('that %s is refused', async (_, make) => {
    const authorization = `Bearer ${await make()}`;

    expect(await read(body, { headers: { authorization } })).toEqual(UNAUTHENTIC);
  });

  test('may say until when it holds', async () => {
    const jwt = await token(body, { claims: { payload_hash: sha256(body), exp: NOW_S + 1 } });

    expect(await read(body, { headers: { authorization: `Bearer ${jwt}` } })).toEqual(DELIVERED);
  });

  test('is refused in a list, under another scheme, and twice', async () => {
    const jwt = await token(body);

    for (const authorization of [
      [`Bearer ${jwt}`],
      jwt,
      `Token ${jwt}`,
      `Bearer ${jwt}, Bearer ${jwt}`,
      '',
    ]) {
      expect(await read(body, { headers: { authorization } })).toEqual(UNAUTHENTIC);
    }
  });

  test('that is wrong is not made up for by a right signature', async () => {
    const headers = { authorization: `Bearer ${await token('another body')}` };

    expect(await readSigned(SIGNED, sign(SIGNED), { headers })).toEqual(UNAUTHENTIC);
  });
});

describe('a signature', () => {
  test('proves JSON and forms, in any script and with the characters that are not signed as they are', async () => {
    const fields = { ...SIGNED, to: 'Größe 🔑 & = +', empty: '' };
    const form = encode({ ...fields, sig: sign(fields) });

    expect(await readSigned(fields)).toEqual(DELIVERED);
    expect(await read(form, FORM)).toEqual(DELIVERED);
    expect(await readSigned({ ...fields, timestamp: NOW_S })).toEqual(DELIVERED);
    expect(await readSigned(fields, sign(fields).toLowerCase())).toEqual(DELIVERED);
  });

  test('proves a receipt beside credentials that have nothing to do with it', async () => {
    const headers = { authorization: 'Basic dXNlcjpwYXNz' };

    expect(await readSigned(SIGNED, sign(SIGNED), { headers })).toEqual(DELIVERED);
  });

  test.each(['md5', 'sha1', 'sha256', 'sha512'])('may be an HMAC with %s', async (algorithm) => {
    const sig = createHmac(algorithm, SECRET).update(signedText(SIGNED)).digest('hex');

    expect(await readSigned(SIGNED, sig)).toEqual(DELIVERED);
    expect(await readSigned({ ...SIGNED, status: 'failed' }, sig)).toEqual(UNAUTHENTIC);
  });

  test('may be an MD5 hash', async () => {
    const sig = createHash('md5')
      .update(signedText(SIGNED) + SECRET)
      .digest('hex');

    expect(await readSigned(SIGNED, sig)).toEqual(DELIVERED);
    expect(await readSigned({ ...SIGNED, status: 'failed' }, sig)).toEqual(UNAUTHENTIC);
  });

  const inbound = {
    'message-timestamp': '2013-11-21 15:27:30',
    messageId: '020000001B0FE827',
    msisdn: '14843472194',
    text: 'Test again',
    timestamp: '1385047698',
    to: '13239877404',
    type: 'text',
  };

  test.each([
    ['d2e7b1dc968737c5998ad624e02f90b7', inbound],
    ['DDEBD46008C2D4E93CCE578A332A52D5', inbound],
    ['27D0D05C2876C7CB1720DBCDBA4D492E1E55C09A', inbound],
    ['DDB8397C2B90AAC7F3882D306475C9A5058C92322EEF43C92B298B6E0FC0D330', inbound],
    [
      'E0D3C650F8C9D1A5C174D10DDDBFB003E561F59B265616208B0487C5D819481CD3C311D59CF6165ECD1139622D5BA3A256C0D763AC4A9AD9144B5A426B94FE82',
      inbound,
    ],
    [
      'e06d9763e3fd0b9c31beb5fc2fcb011c',
      {
        keyword: 'TEST',
        'message-timestamp': '2017-04-04 22:57:47',
        messageId: '0B00000042AC53BD',
        msisdn: '14843472194',
        nonce: '929d6744-bd28-42c8-b6cf-31d5b4f43732',
        text: 'Test with & and =',
        timestamp: '1491346667',
        to: '12192259404',
        type: 'text',
      },
    ],
  ])("agrees with the vector %s of Vonage's PHP SDK", async (sig, fields) => {
    const call = { secrets: ['my_secret_key_for_testing'], now: Number(fields.timestamp) };

    // Genuine, but of a message that came in, so not of the form of a receipt.
    expect(await readSigned(fields, sig, call)).toEqual(MALFORMED);
    expect(await readSigned({ ...fields, to: '1' }, sig, call)).toEqual(UNAUTHENTIC);
  });

  test('may cover the query of the callback URL', async () => {
    expect(await readSigned(SIGNED, sign({ ...SIGNED, ref: 'msg_1.1.x' }))).toEqual(DELIVERED);
    expect(await readSigned(SIGNED, sign({ ...SIGNED, ref: 'msg_2.1.x' }))).toEqual(UNAUTHENTIC);
  });

  test.each([
    [-300, DELIVERED],
    [300, DELIVERED],
    [-301, UNAUTHENTIC],
    [301, UNAUTHENTIC],
  ])('that is %d s off comes to %j', async (offset, expected) => {
    expect(await readSigned({ ...SIGNED, timestamp: String(NOW_S + offset) })).toEqual(expected);
  });

  test.each<[string, Record<string, unknown>]>([
    ['another status', { status: 'failed' }],
    ['another id', { messageId: '0A0000001234567C' }],
    ['a further parameter', { x: '1' }],
    ['a parameter less', { nonce: undefined }],
    ['another time', { timestamp: String(NOW_S + 1) }],
    ['something deep', { usage: { price: 1 } }],
    ['nothing where something was', { nonce: null }],
  ])('is refused with %s', async (_, change) => {
    expect(await readSigned({ ...SIGNED, ...change }, sign(SIGNED))).toEqual(UNAUTHENTIC);
  });

  test('does not let a parameter hide in the name of another', async () => {
    const { scts, status, ...others } = SIGNED;
    const disguised = { ...others, [`scts=${String(scts)}&status`]: status };

    expect(signedText(disguised)).toBe(signedText(SIGNED));
    expect(await readSigned(disguised, sign(SIGNED))).toEqual(UNAUTHENTIC);
  });

  test.each<[string, unknown]>([
    ['missing', null],
    ['empty', ''],
    ['garbage', 'ÿ'],
    ['a list', [sign(SIGNED)]],
    ['cut off', sign(SIGNED).slice(0, 32)],
    ['no number', 5],
    ["another account's", sign(SIGNED, 'another-secret')],
    ['too long', `${sign(SIGNED)}00`],
  ])('is refused if it is %s', async (_, sig) => {
    expect(await readSigned(SIGNED, sig)).toEqual(UNAUTHENTIC);
  });

  test.each([undefined, '', 'soon', '-1', '1e9', `${NOW_S}.5`, [NOW_S]])(
    'is refused where the time is %j',
    async (timestamp) => {
      const fields = { ...SIGNED, timestamp };

      expect(await readSigned(fields)).toEqual(UNAUTHENTIC);
    },
  );

  test('is refused in a form that says a thing twice', async () => {
    const form = encode({ ...SIGNED, sig: sign(SIGNED) });

    expect(await read(form, FORM)).toEqual(DELIVERED);
    expect(await read(`${form}&status=failed`, FORM)).toEqual(UNAUTHENTIC);
    expect(await read(`${form}&status=delivered`, FORM)).toEqual(UNAUTHENTIC);
  });

  test.each(['', '[]', 'null', '{', Buffer.from([0xff, 0xfe])])(
    'is refused in a body of another form (%#)',
    async (body) => {
      expect(await read(body)).toEqual(UNAUTHENTIC);
      expect(await read(body, { headers: { 'content-type': undefined } })).toEqual(UNAUTHENTIC);
    },
  );
});

test('refuses to work without a signature secret', () => {
  expect(() => createVonageReceipts({ signatureSecrets: [''] })).toThrow('signatureSecret');
});

describe('an account that calls by GET', () => {
  const inQuery = (fields: Record<string, unknown>, call: Call = {}) =>
    read('', { method: 'GET', url: `${URL.split('?')[0]}?${encode(fields)}`, ...call });

  test('has its query read, proved by the signature in it', async () => {
    expect(await inQuery({ ...SIGNED, sig: sign(SIGNED) })).toEqual(DELIVERED);
    expect(await inQuery({ ...SIGNED, status: 'failed', sig: sign(SIGNED) })).toEqual(UNAUTHENTIC);
    expect(await inQuery(SIGNED)).toEqual(UNAUTHENTIC);
  });

  test('may prove it by a token, where the address is of one attempt: the token says nothing of the query', async () => {
    const headers = { authorization: `Bearer ${await token('', { claims: {} })}` };

    expect(await inQuery(RECEIPT, { headers })).toEqual(DELIVERED);
    expect(await inQuery(RECEIPT, { headers, hasReference: false })).toEqual(UNAUTHENTIC);
  });
});

test('any of several secrets proves a receipt, and which one is told', async () => {
  const body = encode({ ...SIGNED, sig: sign(SIGNED) });

  expect(await read(body, { ...FORM, secrets: ['new-secret', SECRET] })).toMatchObject({ key: 2 });
  expect(await read(body, { ...FORM, secrets: ['new-secret', 'other'] })).toEqual(UNAUTHENTIC);
});

test('an id of a form that is not known yet is taken: the signature is the proof', async () => {
  const fields = { ...SIGNED, messageId: 'aaaaaaaa-bbbb-7ccc-8ddd-0123456789ab-000001-x' };

  expect(await read(encode({ ...fields, sig: sign(fields) }), FORM)).toMatchObject({
    receipts: [{ providerMessageId: fields.messageId }],
  });
});
