import { expect, test } from 'vitest';
import { pooledRandomBytes } from './random-bytes.ts';

test('the bytes are as many as asked for, and differ, also where the pool is filled again in between', () => {
  const taken = Array.from({ length: 2000 }, (_, index) => pooledRandomBytes(8 + (index % 9)));

  expect(taken.map(({ length }) => length)).toEqual(taken.map((_, index) => 8 + (index % 9)));
  expect(new Set(taken.map((bytes) => bytes.toString('hex'))).size).toBe(2000);
});

test('bytes stay as they are when others are taken', () => {
  const first = pooledRandomBytes(12);
  const before = first.toString('hex');
  for (let index = 0; index < 1000; index += 1) pooledRandomBytes(12);

  expect(first.toString('hex')).toBe(before);
});
