import { expect, test } from 'vitest';
import { relativeTime, sourceAddress, submitFields } from './submit.ts';

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

const fieldsOf = (body: string) => {
  const parts = submitFields({ to: '+14155550123', sender: 'Acme', body, validitySeconds: 120 }, 0xa7);
  if (!parts) throw new Error('no parts');
  return parts;
};
const part = (body: string) => {
  const [first] = fieldsOf(body);
  if (!first) throw new Error('no parts');
  return first;
};

test('writes every character of the GSM alphabet as its septets and every other one as UCS-2', () => {
  const wrong: string[] = [];
  for (let code = 0; code <= 0xff_ff; code++) {
    const character = String.fromCharCode(code);
    const { data_coding: coding, short_message: bytes } = part(character);
    const septets = EXPECTED.get(character);
    const isRight = septets
      ? coding === 0 && bytes.equals(Buffer.from(septets))
      : coding === 8 && bytes.equals(Buffer.from([code >> 8, code & 0xff]));
    if (!isRight) wrong.push(code.toString(16));
  }

  expect(wrong).toEqual([]);
});

test('writes one part as it is, with a receipt asked for', () => {
  expect(fieldsOf('Your code is 493817')).toEqual([
    {
      source_addr_ton: 5,
      source_addr_npi: 0,
      source_addr: 'Acme',
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: '14155550123',
      esm_class: 0,
      validity_period: '000000000200000R',
      registered_delivery: 1,
      data_coding: 0,
      short_message: Buffer.from('Your code is 493817'),
    },
  ]);
});

test.each([
  ['160 characters of GSM-7', 'x'.repeat(160), [160]],
  ['161 characters of GSM-7', 'x'.repeat(161), [153, 8]],
  ['80 characters of the extension table', '€'.repeat(80), [160]],
  ['81 characters of the extension table, none cut in two', '€'.repeat(81), [152, 10]],
  ['70 characters of UCS-2', 'я'.repeat(70), [140]],
  ['71 characters of UCS-2', 'я'.repeat(71), [134, 8]],
  ['36 surrogate pairs, none cut in two', '🔑'.repeat(36), [132, 12]],
  ['three parts', 'x'.repeat(307), [153, 153, 1]],
])('cuts %s', (_, body, expected) => {
  const parts = fieldsOf(body);
  const isOne = parts.length === 1;

  expect(parts.map(({ short_message: bytes }) => bytes.length - (isOne ? 0 : 6))).toEqual(expected);
  for (const [
    index,
    { esm_class: esmClass, registered_delivery: registered, short_message: bytes },
  ] of parts.entries()) {
    expect(esmClass).toBe(isOne ? 0 : 0x40);
    expect(registered).toBe(index === 0 ? 1 : 0);
    if (!isOne) expect([...bytes.subarray(0, 6)]).toEqual([5, 0, 3, 0xa7, parts.length, index + 1]);
  }
  const text = Buffer.concat(parts.map(({ short_message: bytes }) => bytes.subarray(isOne ? 0 : 6)));
  expect(text).toEqual(
    part(body).data_coding === 8 ? Buffer.from(body, 'utf16le').swap16() : expect.anything(),
  );
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
  expect(sourceAddress(sender)).toEqual({ source_addr_ton: ton, source_addr_npi: npi, source_addr: address });
});

test.each(['', 'Größe', 'a\u0000b', 'x'.repeat(21)])('has no address for the sender %j', (sender) => {
  expect(sourceAddress(sender)).toBeUndefined();
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
  expect(relativeTime(seconds)).toBe(expected);
});
