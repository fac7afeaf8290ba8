import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max/es6';
import { describe, expect, test } from 'vitest';
import { readPhoneNumber } from './phone-number.ts';
import { RETIRED_FORMS, renew } from './retired-forms.ts';

test.each([
  ['+52 1 55 1234 5678', undefined, '+525512345678', 'mexico_prefix'],
  ['+521 (667) 123-4567', undefined, '+526671234567', 'mexico_prefix'],
  ['0052 1 55 1234 5678', undefined, '+525512345678', 'mexico_prefix'],
  ['+52 044 55 1234 5678', undefined, '+525512345678', 'mexico_prefix'],
  ['+52 01 55 1234 5678', undefined, '+525512345678', 'mexico_prefix'],
  ['044 55 1234 5678', 'MX', '+525512345678', 'mexico_prefix'],
  ['045 667 123 4567', 'MX', '+526671234567', 'mexico_prefix'],
  ['01 55 1234 5678', 'MX', '+525512345678', 'mexico_prefix'],
  ['1 55 1234 5678', 'MX', '+525512345678', 'mexico_prefix'],
  ['5215512345678', 'MX', '+525512345678', 'mexico_prefix'],
  ['5215512345678', 'US', '+525512345678', 'mexico_prefix'],
  ['+22951800451', undefined, '+2290151800451', 'benin_8_digits'],
  ['+229 97 12 34 56', undefined, '+2290197123456', 'benin_8_digits'],
  ['+229 21 12 34 56', undefined, '+2290121123456', 'benin_8_digits'],
  ['97 12 34 56', 'BJ', '+2290197123456', 'benin_8_digits'],
  ['+225 07 12 34 56', undefined, '+2250707123456', 'ivory_coast_8_digits_orange'],
  ['+225 57 12 34 56', undefined, '+2250757123456', 'ivory_coast_8_digits_orange'],
  ['+225 89 12 34 56', undefined, '+2250789123456', 'ivory_coast_8_digits_orange'],
  ['+225 05 12 34 56', undefined, '+2250505123456', 'ivory_coast_8_digits_mtn'],
  ['+225 44 12 34 56', undefined, '+2250544123456', 'ivory_coast_8_digits_mtn'],
  ['+225 01 12 34 56', undefined, '+2250101123456', 'ivory_coast_8_digits_moov'],
  ['40 12 34 56', 'CI', '+2250140123456', 'ivory_coast_8_digits_moov'],
  ['+55 11 8765 4321', undefined, '+5511987654321', 'brazil_8_digits'],
  ['+55 (85) 9999-1234', undefined, '+5585999991234', 'brazil_8_digits'],
  ['(11) 8765-4321', 'BR', '+5511987654321', 'brazil_8_digits'],
  ['011 8765-4321', 'BR', '+5511987654321', 'brazil_8_digits'],
  ['+84 120 123 4567', undefined, '+84701234567', 'vietnam_11_digits'],
  ['+84 169 933 3999', undefined, '+84399333999', 'vietnam_11_digits'],
  ['+84 199 595 9999', undefined, '+84595959999', 'vietnam_11_digits'],
  ['0128 787 8888', 'VN', '+84787878888', 'vietnam_11_digits'],
  ['+237 75 50 52 47', undefined, '+237675505247', 'cameroon_8_digits'],
  ['94 86 74 96', 'CM', '+237694867496', 'cameroon_8_digits'],
  ['+230 712 3456', undefined, '+23057123456', 'mauritius_7_digits'],
  ['+599 520 1234', undefined, '+17215201234', 'sint_maarten_599'],
  ['+54 9 11 15 1234 5678', undefined, '+5491112345678', 'argentina_15'],
  ['+54 11 15 1234 5678', undefined, '+5491112345678', 'argentina_15'],
  ['+54 9 351 15 123 4567', undefined, '+5493511234567', 'argentina_15'],
])('%s (%s) is %s today, by %s', (input, country, e164, retiredForm) => {
  expect(readPhoneNumber(input, country).number).toMatchObject({ e164, retiredForm });
});

test.each([
  ['+225 20 12 34 56', /^The recipient has a form that is no longer in use\. Send \+225 and ten digits/],
  ['+225 00 12 34 56', /Send \+225 and ten digits/],
  ['+54 15 1234 5678', /Send \+54 9, area code, number, without 15/],
  ['+54 9 15 1234 5678', /Send \+54 9, area code, number, without 15/],
])(
  '%s, of which nobody can tell the number of today, is refused with the form expected',
  (input, problem) => {
    expect(readPhoneNumber(input)).toEqual({ problem: expect.stringMatching(problem) });
  },
);

test.each([
  '+525512345678',
  '+2290151800451',
  '+2250707123456',
  '+2252720123456',
  '+5511987654321',
  '+551132345678',
  // Nextel's numbers kept eight digits.
  '+551177654321',
  '+84701234567',
  '+842438123456',
  '+237671234567',
  '+237222123456',
  '+23057123456',
  '+2302012345',
  '+5997123456',
  '+5491112345678',
  '+541112345678',
])('%s is of today, and stays', (e164) => {
  const { number } = readPhoneNumber(e164);

  expect(number?.e164).toBe(e164);
  expect(number?.retiredForm).toBeUndefined();
});

describe.each(RETIRED_FORMS)('$name', ({ name, was, becomes, form, since, source }) => {
  test('tells today’s form by an example, since when, and who says so', () => {
    expect(form).toMatch(/^\+\d/);
    expect(since).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(source.length).toBeGreaterThan(10);
  });

  test('takes no number of today, and makes one of what it takes', () => {
    const isValid = (e164: string) => parsePhoneNumberFromString(e164)?.isValid() ?? false;
    fc.assert(
      fc.property(fc.stringMatching(was), (given) => {
        fc.pre(renew(given)?.name === name);
        // libphonenumber reads Argentina's 15 itself.
        if (!given.startsWith('+54')) expect(isValid(given)).toBe(false);
        const { number } = readPhoneNumber(given);
        if (becomes === undefined) expect(number).toBeUndefined();
        if (number === undefined) return;
        expect(number.retiredForm).toBe(name);
        expect(readPhoneNumber(number.e164).number).toEqual({ ...number, retiredForm: undefined });
      }),
      { numRuns: 300 },
    );
  });
});
