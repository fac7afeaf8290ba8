import { expect, test } from 'vitest';
import { quantileOf } from './quantile.ts';

const buckets = (...pairs: [number, number][]) => new Map(pairs);

test.each([
  ['nothing', buckets(), 0.5, null],
  ['no counts', buckets([10, 0], [Infinity, 0]), 0.5, null],
  ['the middle of one bucket', buckets([10, 0], [20, 100], [Infinity, 100]), 0.5, 15],
  ['the first bucket', buckets([10, 100], [20, 100], [Infinity, 100]), 0.5, 5],
  ['across buckets', buckets([10, 50], [20, 90], [40, 100], [Infinity, 100]), 0.95, 30],
  ['beyond the last bound', buckets([10, 0], [20, 0], [Infinity, 4]), 0.5, 20],
])('the quantile of %s', (_name, histogram, q, expected) => {
  expect(quantileOf(histogram, q)).toBe(expected);
});
