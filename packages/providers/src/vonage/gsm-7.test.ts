import { SegmentedMessage } from 'sms-segments-calculator';
import { expect, test } from 'vitest';
import { isGsm7 } from './gsm-7.ts';

test('agrees with an independent calculator on every character of the Basic Multilingual Plane', () => {
  const disagreements: string[] = [];
  for (let code = 0; code <= 0xff_ff; code++) {
    const character = String.fromCharCode(code);
    const expected = new SegmentedMessage(character).encodingName === 'GSM-7';
    if (isGsm7(character) !== expected) disagreements.push(code.toString(16));
  }

  expect(disagreements).toEqual([]);
});

test.each([
  ['Your code is 493817', true],
  ['Tu código es 493817', false],
  ['Ihr Code für {Größe}: 5 €', true],
  ['Code 🔑 493817', false],
])('says of %j whether all of it is in the alphabet: %s', (text, expected) => {
  expect(isGsm7(text)).toBe(expected);
});
