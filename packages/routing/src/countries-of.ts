import type { PhoneNumber } from '@sms-gateway/contract';

/**
 * Calling codes that a country shares with territories on its own networks and in its own numbering plan: GG, JE and
 * IM, VA, SJ, CX and CC, AX. Not +1 and +7, whose countries are each other's equals.
 */
const MAIN_COUNTRIES: Readonly<Record<string, string>> = {
  '39': 'IT',
  '44': 'GB',
  '47': 'NO',
  '61': 'AU',
  '358': 'FI',
};

/**
 * The countries whose rules are meant for a number, its own first. Within a shared calling code libphonenumber tells
 * territories apart by lists of blocks, which it knows only in part and late: it takes +44 7911 1 for Guernsey, and
 * knows no country for blocks given out since. Who writes a rule for GB means those too, hence the main country
 * behind, and alone where none is known. A rule for GG takes only what is known to be Guernsey's.
 */
export function countriesOf({ country, countryCallingCode }: PhoneNumber): string[] {
  const countries = [country, MAIN_COUNTRIES[countryCallingCode]];
  return [...new Set(countries.filter((given) => given !== undefined))];
}
