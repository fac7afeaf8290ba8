import { expect, test } from 'vitest';
import { parseDurationMs } from './duration.ts';

test.each([
  ['250ms', 250],
  ['180s', 180_000],
  ['3m', 180_000],
  ['1h', 3_600_000],
  ['0s', 0],
])('reads %s', (text, durationMs) => {
  expect(parseDurationMs(text)).toBe(durationMs);
});

test.each(['', '180', 's', '1.5s', '-1s', '1 s', '1d', '1S', '1s1s'])('does not read %j', (text) => {
  expect(parseDurationMs(text)).toBeUndefined();
});
