import { expect, test } from 'vitest';
import { headroomOf } from './headroom.ts';

const MEGABYTE = 1024 * 1024;
const info = (usedMb: number, limitMb: number) => ({
  used_memory: String(usedMb * MEGABYTE),
  maxmemory: String(limitMb * MEGABYTE),
});

test('a Redis without a limit has room', () => {
  expect(headroomOf(info(100, 0), 1000)).toEqual({ messages: Infinity, reason: undefined });
});

test('what waits in the queue needs room to be delivered', () => {
  const empty = headroomOf(info(10, 64), 0).messages;

  expect(empty).toBeGreaterThan(0);
  expect(headroomOf(info(10, 64), 5000).messages).toBeLessThan(empty);
  expect(headroomOf(info(10, 64), 50_000)).toMatchObject({ messages: 0 });
});

test('a Redis that is nearly full says so, and what to change', () => {
  expect(headroomOf(info(62.5, 64), 0).reason).toMatch(
    /nearly full \(62\.5 of 64\.0 MB.*raise its maxmemory/,
  );
});

test('what Redis does not count against its limit is not counted', () => {
  const buffers = { mem_not_counted_for_evict: String(30 * MEGABYTE) };
  expect(headroomOf({ ...info(62.5, 64), ...buffers }, 0).messages).toBeGreaterThan(0);
});
