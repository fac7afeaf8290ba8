import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max/es6';
import { expect, test } from 'vitest';
import {
  countriesOf,
  countriesSharing,
  countriesToDeny,
  isCountryAssumed,
  siblingsLeftOut,
} from './countries.ts';
import { parsePhoneNumber } from './phone-number.ts';

function numberOf(e164: string) {
  const number = parsePhoneNumber(e164);
  if (number === undefined) throw new Error(`${e164} is no number`);
  return number;
}

test.each([
  ['+4915112345678', ['DE']],
  ['+447400123456', ['GB']],
  ['+447911123456', ['GG', 'GB']],
  ['+447797712345', ['JE', 'GB']],
  ['+447624123456', ['IM', 'GB']],
  ['+35818123456', ['AX', 'FI']],
  ['+3906698123', ['VA', 'IT']],
  ['+4779123456', ['SJ', 'NO']],
  ['+61891641234', ['CX', 'AU']],
  ['+61891621234', ['CC', 'AU']],
  ['+2908123', ['TA', 'SH']],
  ['+14165550123', ['CA']],
  ['+77011234567', ['KZ']],
  ['+262639012345', ['YT']],
  ['+5997123456', ['BQ']],
  ['+882161234567', []],
])('%s belongs to %j, whatever is decided', (e164, countries) => {
  const number = numberOf(e164);

  expect(countriesOf(number)).toEqual(countries);
  expect(countriesToDeny(number)).toEqual(countries);
  expect(isCountryAssumed(number)).toBe(false);
});

test.each([
  ['+14362345678', 'US', '1'],
  ['+15652345678', 'US', '1'],
  ['+19991234567', 'US', '1'],
  ['+76001234567', 'RU', '7'],
  ['+447911923456', 'GB', '44'],
  ['+61999999999', 'AU', '61'],
  ['+262639123456', 'RE', '262'],
])('%s, which no metadata assigns, is of %s, and for denying of all of +%s', (e164, main, code) => {
  const number = numberOf(e164);

  expect(number.country).toBeUndefined();
  expect(isCountryAssumed(number)).toBe(true);
  expect(countriesOf(number)).toEqual([main]);
  expect(countriesToDeny(number)[0]).toBe(main);
  expect(countriesToDeny(number).toSorted()).toEqual(countriesSharing(code).toSorted());
});

test('every calling code that countries share has the main country that libphonenumber has for it', () => {
  const codes = new Set(getCountries().map((country) => getCountryCallingCode(country)));
  for (const code of codes) {
    const sharing = countriesSharing(code);
    // No plan has a number like it, so it is of no country, and its possible ones begin with the main one.
    const unassigned = [6, 7, 8, 9, 10].flatMap((digits) => {
      const number = parsePhoneNumberFromString(`+${code}${'9'.repeat(digits)}`);
      const possible = number?.country === undefined ? number?.getPossibleCountries() : undefined;
      return possible?.length === sharing.length ? possible : [];
    });
    if (sharing.length > 1 && unassigned.length > 0) {
      expect(countriesOf({ country: undefined, countryCallingCode: code }), code).toEqual([unassigned[0]]);
    }
    expect(isCountryAssumed({ country: undefined, countryCallingCode: code }), code).toBe(sharing.length > 1);
  }
});

test('a list of countries leaves out those that share their calling code, but no territory of one that is listed', () => {
  expect(siblingsLeftOut(['DE', 'FR', 'GB', 'FI'])).toEqual([]);
  expect(siblingsLeftOut(['SJ'])).toEqual([{ countryCallingCode: '47', countries: ['NO'] }]);
  expect(siblingsLeftOut(['RU', 'KZ'])).toEqual([]);
  const [america, ...others] = siblingsLeftOut(['US', 'CA', 'DE']);
  expect(others).toEqual([]);
  expect(america?.countryCallingCode).toBe('1');
  expect(america?.countries).toEqual(expect.arrayContaining(['PR', 'JM', 'BS', 'DO']));
  expect(america?.countries).not.toContain('CA');
});
