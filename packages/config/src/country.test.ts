import { expect, test } from 'vitest';
import { parseCountry } from './country.ts';

test.each([
  ['US', 'US'],
  ['gb', 'GB'],
  ['XK', 'XK'],
])('reads %s as a country', (written, code) => {
  expect(parseCountry(written)).toEqual({ kind: 'country', code });
});

test.each(['ZZ', 'EU', 'QQ', 'USA', 'U', '', '00', 'ÄÖ'])('does not take %j for a country', (written) => {
  expect(parseCountry(written)).toEqual({ kind: 'not_a_country', replacement: undefined });
});

test('knows the code behind an alias', () => {
  expect(parseCountry('uk')).toEqual({ kind: 'not_a_country', replacement: 'GB' });
});
