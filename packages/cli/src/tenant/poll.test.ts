import { expect, test } from 'vitest';
import { poll } from './poll.ts';

function clockThatTicks() {
  let time = 0;
  return () => (time += 1000);
}

test('ends with the first look that succeeds', async () => {
  let looks = 0;
  const look = () => Promise.resolve((looks += 1) === 3);
  expect(await poll({ everyMs: 0, timeoutMs: 60_000, now: clockThatTicks() }, look)).toBe(true);
  expect(looks).toBe(3);
});

test('gives up after the timeout', async () => {
  let looks = 0;
  const look = () => Promise.resolve((looks += 1) < 0);
  expect(await poll({ everyMs: 0, timeoutMs: 4000, now: clockThatTicks() }, look)).toBe(false);
  expect(looks).toBe(5);
});
