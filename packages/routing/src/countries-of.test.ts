import { parsePhoneNumber } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import { countriesOf } from './countries-of.ts';

test.each([
  ['+4915112345678', ['DE']],
  ['+447400123456', ['GB']],
  ['+447911123456', ['GG', 'GB']],
  ['+447624123456', ['IM', 'GB']],
  ['+35818123456', ['AX', 'FI']],
  // A block that libphonenumber does not know.
  ['+447911923456', ['GB']],
  ['+61999999999', ['AU']],
  ['+19991234567', []],
  ['+14165550123', ['CA']],
  ['+77011234567', ['KZ']],
  ['+882161234567', []],
] as const)('%s is meant by rules for %j', (e164, countries) => {
  const number = parsePhoneNumber(e164);

  expect(number && countriesOf(number)).toEqual(countries);
});
