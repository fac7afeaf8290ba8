import { expect, test } from 'vitest';
import { screenDestination } from './destination.ts';

const number = (country: string | undefined) => ({ e164: '+1', country, countryCallingCode: '1' });

test.each<[string | undefined, string[] | undefined, boolean]>([
  ['US', undefined, true],
  [undefined, undefined, true],
  ['US', ['US', 'CA'], true],
  ['CA', ['US'], false],
  ['JM', ['US'], false],
  ['GG', ['GB'], true],
  ['JE', ['GB'], true],
  ['IM', ['GB'], true],
  ['GB', ['GG'], false],
  [undefined, ['US'], false],
  ['US', [], false],
])('a number of %s with %j allowed: %s', (country, allowed, isAllowed) => {
  expect(screenDestination(number(country), allowed).decision).toBe(isAllowed ? 'allowed' : 'refused');
});
