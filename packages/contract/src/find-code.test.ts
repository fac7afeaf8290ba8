import { expect, test } from 'vitest';
import { findCode } from './find-code.ts';

test.each([
  ['Your verification code is: 493817', '493817'],
  ['493817 is your Acme code. It expires in 10 minutes.', '493817'],
  ['Your code is 123 456', '123456'],
  ['Your code is 123-456.', '123456'],
  ['G-493817 is your Google verification code.', '493817'],
  ['Acme 2026: your code is 0042', '0042'],
  ['Use 7K3M9Q to sign in', '7K3M9Q'],
  ['Ваш код: 581203', '581203'],
  ['رمز التحقق 581203', '581203'],
  ['Your Acme code is 1234.\n\n@acme.example #123456', '123456'],
  ['Call +1 415 555 0123 if this was not you. Code: 493817', '493817'],
  ['Do not share 493817. Fee 10.0000 applies.', '493817'],
])('%j holds %s', (text, code) => {
  expect(findCode(text)).toBe(code);
});

test.each(['Hello there', '', 'Version 1.2345.6', 'See https://acme.example/12345'])(
  '%j holds none',
  (text) => {
    expect(findCode(text)).toBeUndefined();
  },
);
