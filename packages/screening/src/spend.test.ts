import { expect, test } from 'vitest';
import { spendOf } from './spend.ts';

const PRICES = {
  byName: { US: 0.0079, BD: 0.2, '+88017': 0.5, '+880': 0.25, GB: 0.04, JE: 0.06 },
  otherwise: 0.1,
};

test.each([
  ['+14155550123', 'US', 1, 7900],
  ['+14155550123', 'US', 3, 23_700],
  ['+8801712345678', 'BD', 1, 500_000],
  ['+8801812345678', 'BD', 1, 250_000],
  ['+4915112345678', 'DE', 2, 200_000],
  ['+8821612345678', undefined, 1, 100_000],
  ['+447911123456', 'GG', 1, 40_000],
  ['+447700300000', 'JE', 1, 60_000],
])('%s of %s in %i segments costs %i millionths', (e164, country, segments, price) => {
  expect(spendOf(segments, { e164, country }, PRICES)).toEqual({ segments, price });
});

test('without prices nothing is known of money', () => {
  expect(spendOf(2, { e164: '+14155550123', country: 'US' }, undefined)).toEqual({ segments: 2, price: 0 });
});
