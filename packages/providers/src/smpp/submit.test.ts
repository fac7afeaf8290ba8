import type { Registration } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import { readSubmit } from '../../../../test/support/smpp-smsc.ts';
import { sourceAddress } from './address.ts';
import { type SmppDialect, STANDARD_DIALECT } from './dialect.ts';
import { type SubmitMessage, submitParts } from './submit.ts';
import { encodeText } from './text-parts.ts';
import { validityPeriod } from './validity-period.ts';

const NOW = Date.UTC(2026, 10, 26, 7, 1, 2, 345);

/** 3GPP TS 23.038 §6.2.1 in the code points of Unicode's GSM0338.TXT, from 00 to 7F; 1B is the escape. */
const DEFAULT_ALPHABET = [
  [0x40, 0xa3, 0x24, 0xa5, 0xe8, 0xe9, 0xf9, 0xec, 0xf2, 0xc7, 0x0a, 0xd8, 0xf8, 0x0d, 0xc5, 0xe5],
  [0x394, 0x5f, 0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0, 0xc6, 0xe6, 0xdf, 0xc9],
  [0x20, 0x21, 0x22, 0x23, 0xa4, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f],
  [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f],
  [0xa1, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f],
  [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0xc4, 0xd6, 0xd1, 0xdc, 0xa7],
  [0xbf, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
  [0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0xe4, 0xf6, 0xf1, 0xfc, 0xe0],
].flat();
const EXTENSION = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
};
const EXPECTED = new Map<string, number[]>([
  ...DEFAULT_ALPHABET.flatMap((code, septet): [string, number[]][] =>
    code === 0 ? [] : [[String.fromCodePoint(code), [septet]]],
  ),
  ...Object.entries(EXTENSION).map(([character, septet]): [string, number[]] => [character, [0x1b, septet]]),
]);

const MESSAGE: Omit<SubmitMessage, 'body'> = {
  to: '+14155550123',
  sender: 'Acme',
  validUntilMs: NOW + 120_000,
};

/** Every submit_sm of a text, as its SMSC reads it. */
function submitsOf(body: string, dialect: Partial<SmppDialect> = {}, message = MESSAGE) {
  const parts = submitParts({ ...message, body }, { ...STANDARD_DIALECT, ...dialect });
  if (!parts) throw new Error('no parts');
  return Array.from({ length: parts.total }, (_, index) =>
    readSubmit({ command: 'submit_sm', status: 0, sequence: 1, body: parts.body(index + 1, 0x01_a7, NOW) }),
  );
}
function submitOf(body: string, dialect?: Partial<SmppDialect>, message = MESSAGE) {
  const [first] = submitsOf(body, dialect, message);
  if (!first) throw new Error('no parts');
  return first;
}

test('writes every character of the GSM alphabet as its septets and every other one as UCS-2', () => {
  const wrong: string[] = [];
  for (let code = 0; code <= 0xff_ff; code++) {
    const character = String.fromCharCode(code);
    const { dataCoding, parts } = encodeText(character, STANDARD_DIALECT);
    const septets = EXPECTED.get(character);
    const expected = septets === undefined ? [code >> 8, code & 0xff] : septets;
    const isRight = dataCoding === (septets === undefined ? 8 : 0) && parts[0]?.equals(Buffer.from(expected));
    if (!isRight) wrong.push(code.toString(16));
  }

  expect(wrong).toEqual([]);
});

const GSM_153 = [153, 153, 1];
test.each<[what: string, body: string, dialect: Partial<SmppDialect>, octets: number[]]>([
  ['160 characters of GSM-7', 'x'.repeat(160), {}, [160]],
  ['161 characters of GSM-7', 'x'.repeat(161), {}, [153, 8]],
  ['80 characters of the extension table', '€'.repeat(80), {}, [160]],
  ['81 characters of the extension table, none split', '€'.repeat(81), {}, [152, 10]],
  ['70 characters of UCS-2', 'я'.repeat(70), {}, [140]],
  ['71 characters of UCS-2', 'я'.repeat(71), {}, [134, 8]],
  ['36 surrogate pairs, none split', '🔑'.repeat(36), {}, [132, 12]],
  ['three parts', 'x'.repeat(307), {}, GSM_153],
  ['GSM-7 beside a 16-bit reference', 'x'.repeat(161), { concatenation: 'udh16' }, [152, 9]],
  ['UCS-2 beside a 16-bit reference', 'я'.repeat(71), { concatenation: 'udh16' }, [132, 10]],
  ['for a header that the SMSC writes', 'x'.repeat(307), { concatenation: 'sar' }, GSM_153],
  ['160 septets into 140 octets', 'x'.repeat(160), { alphabet: 'gsm-packed' }, [140]],
  ['161 septets into two times 140 octets', 'x'.repeat(161), { alphabet: 'gsm-packed' }, [134, 8]],
  ['160 characters of Latin-1 that GSM-7 has', 'é'.repeat(160), { alphabet: 'latin1' }, [160]],
  ['Latin-1 that takes two septets on the air', '['.repeat(81), { alphabet: 'latin1' }, [76, 5]],
  ['Latin-1 that GSM-7 lacks', 'ê'.repeat(141), { alphabet: 'latin1' }, [134, 7]],
  ['ASCII', 'x'.repeat(161), { alphabet: 'ascii' }, [153, 8]],
  ['UCS-2 always', 'x'.repeat(71), { alphabet: 'ucs2' }, [134, 8]],
])('splits %s', (_, body, dialect, expected) => {
  const submits = submitsOf(body, dialect);
  const isOne = submits.length === 1;
  const header = { udh8: 6, udh16: 7, sar: 0, payload: 0 }[dialect.concatenation ?? 'udh8'];

  expect(submits.map(({ message }) => message.length - (isOne ? 0 : header))).toEqual(expected);
  expect(submits.map(({ registeredDelivery }) => registeredDelivery)).toEqual(
    submits.map((_submit, index) => (index === 0 ? 1 : 0)),
  );
});

test.each<
  [concatenation: SmppDialect['concatenation'], esmClass: number, head: number[], tlvs: object | undefined]
>([
  ['udh8', 0x40, [5, 0, 3, 0xa7, 2, 2], undefined],
  ['udh16', 0x40, [6, 8, 4, 0x01, 0xa7, 2, 2], undefined],
  [
    'sar',
    0,
    [],
    { [0x02_0c]: Buffer.from([0x01, 0xa7]), [0x02_0e]: Buffer.from([2]), [0x02_0f]: Buffer.from([2]) },
  ],
])('marks a part and its text by %s', (concatenation, esmClass, head, tlvs) => {
  const second = submitsOf('x'.repeat(161), { concatenation })[1];

  expect(second).toMatchObject({ esmClass, registeredDelivery: 0 });
  expect([...(second?.message.subarray(0, head.length) ?? [])]).toEqual(head);
  expect(second?.tlvs).toEqual(tlvs);
});

test.each<[parts: SmppDialect['receiptParts'], asked: number[]]>([
  ['first', [1, 0, 0]],
  ['last', [0, 0, 1]],
  ['all', [1, 1, 1]],
])('requests receipts for these parts: %s', (receiptParts, asked) => {
  const submits = submitsOf('x'.repeat(400), { receiptParts });
  expect(submits.map(({ registeredDelivery }) => registeredDelivery)).toEqual(asked);
  expect(submitOf('x', { receiptParts })).toMatchObject({ registeredDelivery: 1 });
});

test.each<[what: string, body: string, dialect: Partial<SmppDialect>, octets: number]>([
  ['UCS-2', 'я'.repeat(200), {}, 400],
  ['UCS-2 that would fit the field short_message', 'я'.repeat(71), {}, 142],
  ['GSM-7 that would fit the field short_message', 'x'.repeat(161), {}, 161],
  ['Latin-1 that would fit the field short_message', 'ê'.repeat(141), { alphabet: 'latin1' }, 141],
  ['packed GSM-7', 'x'.repeat(161), { alphabet: 'gsm-packed' }, 141],
])('lets an SMSC that accepts a payload split %s', (_, body, dialect, octets) => {
  const submits = submitsOf(body, { ...dialect, concatenation: 'payload' });

  expect(submits).toMatchObject([{ esmClass: 0, message: Buffer.alloc(0) }]);
  expect(submits[0]?.tlvs?.[0x04_24]).toHaveLength(octets);
});

test('writes a text of one message into short_message even for an SMSC that accepts a payload', () => {
  const submit = submitOf('x'.repeat(160), { concatenation: 'payload' });
  expect(submit.message).toHaveLength(160);
  expect(submit.tlvs).toBeUndefined();
});

test.each<[what: string, body: string, dialect: Partial<SmppDialect>, coding: number, octets: string]>([
  ['GSM-7', 'é@€', {}, 0, '05001b65'],
  ['GSM-7 under another data coding', 'é', { dataCoding: { default: 1, ucs2: 8 } }, 1, '05'],
  ['packed GSM-7', 'hellohello', { alphabet: 'gsm-packed' }, 0, 'e8329bfd4697d9ec37'],
  ['Latin-1', 'é@ê', { alphabet: 'latin1', dataCoding: { default: 3, ucs2: 8 } }, 3, 'e940ea'],
  ['what Latin-1 lacks as UCS-2', '€', { alphabet: 'latin1' }, 8, '20ac'],
  ['ASCII', 'a@`', { alphabet: 'ascii', dataCoding: { default: 1, ucs2: 8 } }, 1, '614060'],
  ['what ASCII lacks as UCS-2', 'é', { alphabet: 'ascii' }, 8, '00e9'],
  [
    'UCS-2 under a data coding of its own',
    'a',
    { alphabet: 'ucs2', dataCoding: { default: 0, ucs2: 24 } },
    24,
    '0061',
  ],
])('writes %s', (_, body, dialect, coding, octets) => {
  expect(submitOf(body, dialect)).toMatchObject({ dataCoding: coding, message: Buffer.from(octets, 'hex') });
});

test('packs the septets of a part from the septet boundary after its header', () => {
  const [first] = submitsOf('x'.repeat(161), { alphabet: 'gsm-packed' });

  // One fill bit, then 0x78, then the low bit of the next 0x78, which is 0, and its six others.
  expect([...(first?.message.subarray(6, 8) ?? [])]).toEqual([0x78 << 1, 0x78 | 0x00]);
});

test.each([
  ['+14155550123', 1, 1, '14155550123'],
  ['4915112345678', 1, 1, '4915112345678'],
  ['+12345', 1, 1, '12345'],
  ['72345', 3, 0, '72345'],
  ['12345678', 3, 0, '12345678'],
  ['Acme', 5, 0, 'Acme'],
  ['4Acme', 5, 0, '4Acme'],
  ['+Acme', 5, 0, '+Acme'],
])('addresses the sender %s', (sender, ton, npi, address) => {
  expect(sourceAddress(sender, STANDARD_DIALECT)).toEqual({
    source_addr_ton: ton,
    source_addr_npi: npi,
    source_addr: address,
  });
});

test.each(['', 'Größe', 'a\u0000b', 'x'.repeat(21)])('has no address for the sender %j', (sender) => {
  expect(sourceAddress(sender, STANDARD_DIALECT)).toBeUndefined();
});

test.each([
  [-5, '000000000001000R'],
  [0.5, '000000000001000R'],
  [59, '000000000059000R'],
  [179.9, '000000000259000R'],
  [3_600, '000000010000000R'],
  [86_399, '000000235959000R'],
  [86_400, '000001000000000R'],
  [1_000_000, '000001000000000R'],
])('gives %d seconds a validity period of %s', (seconds, expected) => {
  expect(validityPeriod(seconds, 'relative', NOW)).toBe(expected);
});

test('gives an absolute validity period in UTC, or none', () => {
  expect(validityPeriod(120, 'absolute', NOW)).toBe('261126070302300+');
  expect(validityPeriod(120, 'null', NOW)).toBe('');
});

const kenya = (format: SmppDialect['destination']['format'], ton = 1) => ({
  destination: { ton, npi: 1, format, country: 'KE' },
});
test.each<[format: SmppDialect['destination']['format'], to: string, address: string]>([
  ['digits', '+254712345678', '254712345678'],
  ['plus', '+254712345678', '+254712345678'],
  ['00', '+254712345678', '00254712345678'],
  ['national', '+254712345678', '0712345678'],
  ['national-significant', '+254712345678', '712345678'],
])('writes a recipient in the format %s', (format, to, dest) => {
  expect(submitOf('x', kenya(format), { ...MESSAGE, to })).toMatchObject({ dest, destTon: 1, destNpi: 1 });
});

test('never writes the number of another country as a national one', () => {
  const submit = submitOf('x', kenya('national', 2), { ...MESSAGE, to: '+254712345678' });
  expect(submit).toMatchObject({ dest: '0712345678', destTon: 2 });
  const foreign = submitOf('x', kenya('national', 2), { ...MESSAGE, to: '+14155550123' });
  expect(foreign).toMatchObject({ dest: '14155550123', destTon: 1 });
});

const INDIA: Registration = {
  country: 'IN',
  entityId: '1101456324675322134',
  templateId: '1107169175328190001',
  variables: [],
  parameters: { '0x1402': '9c70f816', '5123': '0x01ff' },
};
const registered = (dialect: Partial<SmppDialect> = {}, registration: Partial<Registration> = {}) =>
  submitsOf('x'.repeat(161), dialect, { ...MESSAGE, registration: { ...INDIA, ...registration } }).map(
    ({ tlvs }) => tlvs,
  );

test("writes India's ids and a country's other TLVs on every part", () => {
  const tlvs = {
    [0x14_00]: Buffer.from('1101456324675322134'),
    [0x14_01]: Buffer.from('1107169175328190001'),
    [0x14_02]: Buffer.from('9c70f816'),
    [0x14_03]: Buffer.from([1, 0xff]),
  };
  expect(registered()).toEqual([tlvs, tlvs]);
  expect(submitOf('x').tlvs).toBeUndefined();
});

test('writes these TLVs as the dialect says, and those of the dialect on every message', () => {
  const dialect: Partial<SmppDialect> = {
    tlvs: [[0x14_14, 'OTP']],
    registrationTlvs: { entityId: 0x15_00, templateId: undefined },
    tlvStrings: 'c-octet',
  };
  expect(registered(dialect, { parameters: {} })[0]).toEqual({
    [0x14_14]: Buffer.from('OTP\0'),
    [0x15_00]: Buffer.from('1101456324675322134\0'),
  });
  expect(submitOf('x', dialect).tlvs).toEqual({ [0x14_14]: Buffer.from('OTP\0') });
});

test('writes no ids of India for another country, and none that is missing', () => {
  expect(registered({}, { country: 'LK', parameters: {} })[0]).toBeUndefined();
  expect(registered({}, { templateId: undefined, parameters: {} })[0]).toEqual({
    [0x14_00]: Buffer.from('1101456324675322134'),
  });
});

test('writes these TLVs beside those that mark the parts of a text', () => {
  expect(Object.keys(registered({ concatenation: 'sar' }, { parameters: {} })[1] ?? {}).map(Number)).toEqual([
    0x02_0c, 0x02_0e, 0x02_0f, 0x14_00, 0x14_01,
  ]);
});

test('writes the other fields as the dialect says', () => {
  const dialect: Partial<SmppDialect> = {
    serviceType: 'OTP',
    protocolId: 0x40,
    priority: 2,
    registeredDelivery: 17,
    validity: 'null',
    source: { number: { ton: 2, npi: 8 }, shortCode: { ton: 0, npi: 1 }, alphanumeric: { ton: 5, npi: 1 } },
  };

  expect(submitOf('x', dialect)).toMatchObject({
    serviceType: 'OTP',
    protocolId: 0x40,
    priority: 2,
    registeredDelivery: 17,
    validity: '',
    sourceTon: 5,
    sourceNpi: 1,
  });
  expect(submitOf('x', dialect, { ...MESSAGE, sender: '+14155550100' })).toMatchObject({
    sourceTon: 2,
    sourceNpi: 8,
  });
  expect(submitOf('x', dialect, { ...MESSAGE, sender: '72345' })).toMatchObject({
    sourceTon: 0,
    sourceNpi: 1,
  });
});

test('distinguishes parts that no handset would join: of another split or another sender', () => {
  const form = (message: object, dialect: Partial<SmppDialect> = {}) =>
    submitParts({ ...MESSAGE, body: 'x'.repeat(400), ...message }, { ...STANDARD_DIALECT, ...dialect })?.form;

  expect(form({})).toBe(form({ validUntilMs: 0 }));
  for (const other of [
    form({ sender: 'Other' }),
    form({ body: 'я'.repeat(150) }),
    form({}, { concatenation: 'sar' }),
  ]) {
    expect(other).not.toBe(form({}));
  }
});
