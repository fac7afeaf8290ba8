import { expect, test } from 'vitest';
import { decodeBase64 } from './base64.ts';

test.each([
  ['-_-_', [0xfb, 0xff, 0xbf]],
  ['+/+/', [0xfb, 0xff, 0xbf]],
  ['AQ', [1]],
  ['AQ==', [1]],
])('decodes %s', (text, bytes) => {
  expect(decodeBase64(text)).toEqual(new Uint8Array(bytes));
});

test.each(['', '=', 'A', 'AAAAA', 'AQ= =', 'a b', 'ä', 'AQ===', 'A=Q='])('refuses %j', (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});
