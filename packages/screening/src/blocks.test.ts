import { expect, test } from 'vitest';
import { blockNamesOf } from './blocks.ts';

test.each([
  ['+14155550123', 'US', '1', ['*', 'US', '+1', '+14', '+141', '+1415', '+14155', '+141555', '+1415555']],
  [
    '+447911123456',
    'GG',
    '44',
    ['*', 'GG', 'GB', '+4', '+44', '+447', '+4479', '+44791', '+447911', '+4479111'],
  ],
  ['+29012345', undefined, '290', ['*', 'SH', 'TA', '+2', '+29', '+290', '+2901']],
])(
  '%s can be blocked as its country and its beginnings, but not as itself',
  (e164, country, countryCallingCode, names) => {
    expect(blockNamesOf({ e164, country, countryCallingCode })).toEqual(names);
  },
);
