import { parsePhoneNumber } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import { spendOf } from './spend.ts';

const PRICES = {
  byName: { US: 0.0079, BD: 0.2, '+88017': 0.5, '+880': 0.25, GB: 0.04, JE: 0.06, CA: 0.01 },
  otherwise: 0.1,
};

test.each([
  ['+14155550123', 1, 7900],
  ['+14155550123', 3, 23_700],
  ['+16135550123', 1, 10_000],
  // Of no country that the metadata knows.
  ['+14362345678', 1, 7900],
  ['+8801712345678', 1, 500_000],
  ['+8801812345678', 1, 250_000],
  ['+4915112345678', 2, 200_000],
  ['+8821612345678', 1, 100_000],
  ['+447911123456', 1, 40_000],
  ['+447700300000', 1, 60_000],
])('%s in %i segments costs %i millionths', (e164, segments, price) => {
  const number = parsePhoneNumber(e164);

  expect(number && spendOf(segments, number, PRICES)).toEqual({ segments, price });
});

test('without prices nothing is known of money', () => {
  expect(spendOf(2, { e164: '+14155550123', country: 'US', countryCallingCode: '1' }, undefined)).toEqual({
    segments: 2,
    price: 0,
  });
});
