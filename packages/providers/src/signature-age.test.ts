import { expect, test } from 'vitest';
import { isRecent } from './signature-age.ts';

const NOW_S = 1_795_417_200;

test.each([
  [0, true],
  [-300, true],
  [300, true],
  [-301, false],
  [301, false],
  [Number.NaN, false],
])('takes a signature that is %d s off: %s', (offsetSeconds, expected) => {
  expect(isRecent(NOW_S + offsetSeconds, NOW_S * 1000)).toBe(expected);
});
