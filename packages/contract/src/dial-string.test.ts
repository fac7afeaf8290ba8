import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max/es6';
import { expect, test } from 'vitest';
import { readDialString } from './dial-string.ts';
import { readPhoneNumber } from './phone-number.ts';

test.each([
  ['+14155550123', '+14155550123'],
  ['415 555-0123', '4155550123'],
  ['\u2066+1 415 555 0123\u2069', '+14155550123'],
  ['\u061c+1\u034f415\ufe0f555\u180e0123\u200b', '+14155550123'],
  ['\u202a+1 (415) 555\u20110123\u202c', '+14155550123'],
  ['+١ ٤١٥ ٥٥٥ ٠١٢٣', '+14155550123'],
  ['+۱ ۴۱۵ ۵۵۵ ۰۱۲۳', '+14155550123'],
  ['+१४१५५५५०१२३', '+14155550123'],
  ['＋１（４１５）５５５－０１２３', '+14155550123'],
  ['+1\u{1d7d2}\u{1d7cf}\u{1d7d3}5550123', '+14155550123'],
  ['+1\ufe0f\u20e34155550123', '+14155550123'],
  ['➕14155550123', '+14155550123'],
  ['++14155550123', '+14155550123'],
  ['+ +1 415 555 0123', '+14155550123'],
  ['+0014155550123', '0014155550123'],
  ['+0151 23456789', '015123456789'],
  ['+1·415·555·0123', '+14155550123'],
  ['+1・415•555∙0123', '+14155550123'],
  ['+1[415]555/0123', '+14155550123'],
  ['+1 415~555\u223c0123', '+14155550123'],
  ["'+14155550123", '+14155550123'],
  ['“+14155550123”', '+14155550123'],
  ['+1\t415\u3000555\u00a00123\r\n', '+14155550123'],
  ['tel:+1-415-555-0123', '+14155550123'],
  ['TEL:+1(415)5550123', '+14155550123'],
  [' tel:%2B1-415-555-0123', '+14155550123'],
  ['tel:5550123;phone-context=+1415', '+14155550123'],
  ['tel:+14155550123;phone-context=+1', '+14155550123'],
  ['tel:4155550123;phone-context=example.com', '4155550123'],
  ['tel:+14155550123;isub=12345', '+14155550123'],
  ['<tel:+1-415-555-0123>', '+14155550123'],
  ['+14155550123,', '+14155550123'],
  ['+14155550123;', '+14155550123'],
  ['+14155550123\u3002', '+14155550123'],
  ['<+14155550123>', '+14155550123'],
  [': +14155550123', '+14155550123'],
  ['="+14155550123"', '+14155550123'],
  ['\u{1f4f1} +14155550123', '+14155550123'],
  ['\u260e\ufe0f\uff0b14155550123', '+14155550123'],
  ['+1_415_555_0123', '+14155550123'],
])('%j is read as %s', (input, digits) => {
  expect(readDialString(input)).toBe(digits);
});

test.each([
  '',
  '+',
  '-',
  '1',
  'call me',
  '+1415555ABCD',
  '+1415+5550123',
  '14155550123+',
  '+14155550123;ext=5',
  '+14155550123 ext. 5',
  '+14155550123x5',
  '+14155550123#5',
  '+14155550123,5',
  'tel:+14155550123;ext=5',
  'tel:+14155550123;EXT=5',
  'tel:',
  'sip:+14155550123@example.com',
  '*31#+14155550123',
  '*674155550123',
  '4155550123#',
  '\u20264155550123',
  '+1415555\u2026',
  '\ufffd14155550123',
  '+1415½5550123',
  '+1415555012³',
])('%j is no number', (input) => {
  expect(readDialString(input)).toBeUndefined();
});

/** Digits of all scripts that libphonenumber reads, plus signs, its punctuation, and what people paste between them. */
const pasted = fc
  .array(
    fc.oneof(
      {
        arbitrary: fc.constantFrom(...Array.from('0123456789０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹')),
        weight: 12,
      },
      {
        arbitrary: fc.constantFrom(
          ...Array.from('-‐‑‒–—―−ー－／ \u00a0\u00ad\u200b\u2060\u3000()（）［］.[]/~⁓∼～'),
        ),
        weight: 2,
      },
    ),
    { minLength: 2, maxLength: 24 },
  )
  .map((characters) => characters.join(''));

test('whatever libphonenumber takes for a possible number without an extension is taken, and as the same number', () => {
  // Not the full-width plus sign: behind it libphonenumber reads a national number.
  const plus = fc.constantFrom('', '+');
  const country = fc.constantFrom(undefined, 'US', 'GB', 'DE', 'AU', 'MX', 'KR', 'NU');
  const calling = fc.constantFrom('', '1415', '44', '4915', '52', '61', '0011', '011', '00');
  fc.assert(
    fc.property(plus, calling, pasted, country, (sign, code, rest, defaultCountry) => {
      const text = `${sign}${code}${rest}`;
      const theirs = parsePhoneNumberFromString(text, {
        extract: false,
        ...(defaultCountry && { defaultCountry }),
      });
      if (theirs === undefined || theirs.ext !== undefined || !theirs.isPossible()) return;
      const { number } = readPhoneNumber(text, defaultCountry);
      expect(number, text).toBeDefined();
      // A retired form is brought up to date, and without a plus sign the likelier of two readings counts.
      if (sign !== '' && number?.retiredForm === undefined) expect(number?.e164).toBe(theirs.number);
    }),
    { numRuns: 5000 },
  );
});

test('a valid number comes back as itself, however it is decorated', () => {
  const numbers = [
    '+14155550123',
    '+447400123456',
    '+4915123456789',
    '+2250707123456',
    '+5491112345678',
    '+8613812345678',
  ];
  const digits = ['0123456789', '０１２３４５６７８９', '٠١٢٣٤٥٦٧٨٩', '۰۱۲۳۴۵۶۷۸۹', '०१२३४५६७८९'].map(
    (text) => Array.from(text),
  );
  const between = fc.array(
    fc.constantFrom('', ' ', '-', '·', '(', ')', '\u2069', '\u200f', '\ufe0f', '\u202f', '—'),
    {
      minLength: 16,
      maxLength: 16,
    },
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...numbers),
      fc.constantFrom(...digits),
      between,
      fc.constantFrom('+', '＋', '++', '00', 'tel:+'),
      (e164, script, marks, sign) => {
        const written = Array.from(e164.slice(1)).map(
          (digit, index) => `${script[Number(digit)] ?? ''}${marks[index] ?? ''}`,
        );
        expect(readPhoneNumber(`${sign}${written.join('')}`).number?.e164).toBe(e164);
      },
    ),
    { numRuns: 1000 },
  );
});
