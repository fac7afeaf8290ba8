import { expect, test } from 'vitest';
import { isEqual } from './timing-safe.ts';

test.each([
  ['', '', true],
  ['abc', 'abc', true],
  ['Zürich ✓', 'Zürich ✓', true],
  ['abc', 'abd', false],
  ['abc', 'ABC', false],
  ['abc', 'ab', false],
  ['', 'a', false],
])('says of %j and %j whether they are the same: %s', (a, b, expected) => {
  expect(isEqual(a, b)).toBe(expected);
});
