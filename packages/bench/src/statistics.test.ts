import { expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { median, quantile, shuffled } from './statistics.ts';

it('takes the nearest rank as quantile', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect([0.5, 0.99, 1].map((q) => quantile(values, q))).toEqual([100, 198, 200]);
  expect(quantile([7], 0.5)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

it('takes the mean of the two middle values as median of an even number', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it('shuffles without losing an item', () => {
  const items = [1, 2, 3, 4, 5, 6];
  const result = shuffled(items, createRandom(1));
  expect(result).not.toEqual(items);
  expect(result.toSorted((a, b) => a - b)).toEqual(items);
});
