import { parsePhoneNumber } from '@sms-gateway/contract';
import type { DestinationsConfig } from '@sms-gateway/config';
import { expect, test } from 'vitest';
import { screenDestination } from './destination.ts';

const NOTHING: DestinationsConfig = {
  allowedCountries: undefined,
  allowedPrefixes: undefined,
  deniedCountries: [],
  deniedPrefixes: [],
  deniedNumberTypes: [],
};

const US = '+14155550123';
const CANADA = '+16135550123';
const BRITAIN = '+447400123456';
/** British to everybody who has one, and of Guernsey to libphonenumber. */
const GUERNSEY = '+447911123456';
const JERSEY = '+447797712345';
/** Of Ohio since 2024, and of no country to libphonenumber. */
const OHIO = '+14362345678';
const SATELLITE = '+8821612345678';
const PREMIUM = '+4490012345678'.slice(0, 13);

test.each<[string, Partial<DestinationsConfig>, string[]]>([
  [US, {}, []],
  [SATELLITE, {}, []],
  [US, { allowedCountries: ['US', 'CA'] }, []],
  [CANADA, { allowedCountries: ['US'] }, ['allowed_countries']],
  [OHIO, { allowedCountries: ['US', 'CA'] }, []],
  [OHIO, { allowedCountries: ['CA'] }, ['allowed_countries']],
  [OHIO, { deniedCountries: ['US'] }, ['denied_country']],
  [OHIO, { deniedCountries: ['JM'] }, ['denied_country']],
  [OHIO, { deniedCountries: ['GB'] }, []],
  ['+447911923456', { allowedCountries: ['GB'] }, []],
  ['+447911923456', { allowedCountries: ['GG'] }, ['allowed_countries']],
  ['+447911923456', { deniedCountries: ['IM'] }, ['denied_country']],
  ['+61999999999', { allowedCountries: ['AU'] }, []],
  ['+35818123456', { allowedCountries: ['FI'] }, []],
  [GUERNSEY, { allowedCountries: ['GB'] }, []],
  [JERSEY, { allowedCountries: ['GB'] }, []],
  [BRITAIN, { allowedCountries: ['GG'] }, ['allowed_countries']],
  [SATELLITE, { allowedCountries: ['US'] }, ['allowed_countries']],
  [US, { allowedCountries: [] }, ['allowed_countries']],
  [US, { allowedPrefixes: ['+1415'] }, []],
  [US, { allowedPrefixes: ['+1416'] }, ['allowed_countries']],
  [SATELLITE, { allowedCountries: ['US'], allowedPrefixes: ['+882'] }, []],
  [US, { allowedCountries: ['US'], allowedPrefixes: ['+44'] }, []],
  [US, { deniedCountries: ['US'] }, ['denied_country']],
  [CANADA, { deniedCountries: ['US'] }, []],
  [GUERNSEY, { deniedCountries: ['GB'] }, ['denied_country']],
  [GUERNSEY, { deniedCountries: ['GG'] }, ['denied_country']],
  [BRITAIN, { deniedCountries: ['GG'] }, []],
  [GUERNSEY, { deniedPrefixes: ['+44'] }, ['denied_prefix']],
  [US, { deniedPrefixes: ['+44'] }, []],
  [SATELLITE, { deniedPrefixes: ['+882'] }, ['denied_prefix']],
  [US, { allowedCountries: ['US'], deniedPrefixes: ['+1415'] }, ['denied_prefix']],
  [US, { allowedPrefixes: ['+1415555'], deniedCountries: ['US'] }, ['denied_country']],
  [PREMIUM, { deniedNumberTypes: ['premium_rate'] }, ['number_type']],
  [PREMIUM, { deniedNumberTypes: ['voip'] }, []],
  [BRITAIN, { deniedNumberTypes: ['fixed_line', 'premium_rate'] }, []],
  ['+442079460123', { deniedNumberTypes: ['fixed_line'] }, ['number_type']],
  ['+491801234567', { deniedNumberTypes: ['shared_cost'] }, ['number_type']],
  ['+445512345678', { deniedNumberTypes: ['uan'] }, ['number_type']],
  ['+445612345678', { deniedNumberTypes: ['voip'] }, ['number_type']],
  [
    PREMIUM,
    { deniedCountries: ['GB'], deniedNumberTypes: ['premium_rate'] },
    ['denied_country', 'number_type'],
  ],
])('%s with %j goes against %j', (recipient, rules, reached) => {
  const number = parsePhoneNumber(recipient);
  if (number === undefined) throw new Error('the number is not possible');

  expect(screenDestination(number, { ...NOTHING, ...rules })).toEqual(reached);
});
