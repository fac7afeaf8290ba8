import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, test } from 'vitest';
import { describeText, replaceSmartCharacters } from './segments.ts';

describe('a text', () => {
  test.each<[string, string, 'GSM-7' | 'UCS-2', number]>([
    ['a code', 'Your verification code is: 123456', 'GSM-7', 1],
    ['160 characters', 'x'.repeat(160), 'GSM-7', 1],
    ['161 characters', 'x'.repeat(161), 'GSM-7', 2],
    ['306 characters', 'x'.repeat(306), 'GSM-7', 2],
    ['307 characters', 'x'.repeat(307), 'GSM-7', 3],
    ['160 characters, one of which counts twice', `${'x'.repeat(159)}€`, 'GSM-7', 2],
    ['accents of the GSM alphabet', 'Ändern: è ù ì Ç ß Ω', 'GSM-7', 1],
    ['an accent that is not of it', 'ç', 'UCS-2', 1],
    ['70 characters of UCS-2', 'ç'.repeat(70), 'UCS-2', 1],
    ['71 characters of UCS-2', 'ç'.repeat(71), 'UCS-2', 2],
    ['a face', '😀 123456', 'UCS-2', 1],
    ['a family, which is one sign of many characters', '👨‍👩‍👧‍👦 123456', 'UCS-2', 1],
    ['nothing', '', 'GSM-7', 1],
  ])('with %s', (_title, text, encoding, segments) => {
    expect(describeText(text)).toMatchObject({ encoding, segments });
  });

  test('names what needs UCS-2, and only that', () => {
    expect(describeText('Don’t share é 1–2').nonGsmCharacters).toEqual(['’', '–']);
  });

  test('that takes the short way is counted as the calculator counts it', () => {
    for (let code = 0; code < 128; code += 1) {
      for (const length of [1, 161]) {
        const text = String.fromCharCode(code).repeat(length);
        const { encodingName, segmentsCount } = new SegmentedMessage(text);
        expect(describeText(text), `${length} times U+${code.toString(16)}`).toMatchObject({
          encoding: encodingName,
          segments: segmentsCount,
        });
      }
    }
  });
});

describe('smart characters', () => {
  test.each([
    ['“Don’t” share it – ever… 123\u00a0456', '"Don\'t" share it - ever... 123 456'],
    ['Your code is 123456', 'Your code is 123456'],
    ['è stays, ’ does not', "è stays, ' does not"],
    ['123\u200b456', '123456'],
  ])('of %j are replaced', (text, replaced) => {
    expect(replaceSmartCharacters(text)).toBe(replaced);
  });

  test.each(['Don’t 😀', 'ваш код “123456”'])('of %j stay, since it needs UCS-2 anyway', (text) => {
    expect(replaceSmartCharacters(text)).toBe(text);
  });
});
