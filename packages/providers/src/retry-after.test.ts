import { expect, test } from 'vitest';
import { parseRetryAfterMs } from './retry-after.ts';

const NOW_MS = Date.UTC(1994, 10, 6, 8, 49, 7);

test.each([
  ['0', 0],
  ['120', 120_000],
  [' 5 ', 5_000],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 30_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
  ['Sun Nov  6 08:49:37 1994', 30_000],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
])('reads %j', (field, expectedMs) => {
  expect(parseRetryAfterMs(field, NOW_MS)).toBe(expectedMs);
});

test.each([undefined, '', 'soon', '-1', '1.5', '1e3', 'in 1995', 'Sunday'])('does not read %j', (field) => {
  expect(parseRetryAfterMs(field, NOW_MS)).toBeUndefined();
});

test.each(['9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT'])('waits a day at most for %j', (field) => {
  expect(parseRetryAfterMs(field, NOW_MS)).toBe(86_400_000);
});
