import { countriesOf, countriesToDeny, type PhoneNumber } from '@sms-gateway/contract';
import type { DestinationsConfig } from '@sms-gateway/config';

/** The destination rules that keep a number from getting codes. */
export type DestinationRule = 'denied_country' | 'denied_prefix' | 'number_type' | 'allowed_countries';

/**
 * The rules that a number violates; if there are none, codes may be sent to it. Denial takes precedence over allowance. A number
 * that belongs to no country is in no list of countries; its beginning may be in one of prefixes.
 */
export function screenDestination(number: PhoneNumber, config: DestinationsConfig): DestinationRule[] {
  const { allowedCountries, allowedPrefixes, deniedCountries, deniedPrefixes, deniedNumberTypes } = config;
  const violated: DestinationRule[] = [];
  if (isOf(deniedCountries, countriesToDeny, number)) violated.push('denied_country');
  if (beginsWithOne(deniedPrefixes, number)) violated.push('denied_prefix');
  if (number.type !== undefined && deniedNumberTypes.includes(number.type)) violated.push('number_type');
  const isAllowed =
    (allowedCountries === undefined && allowedPrefixes === undefined) ||
    isOf(allowedCountries ?? [], countriesOf, number) ||
    beginsWithOne(allowedPrefixes ?? [], number);
  if (!isAllowed) violated.push('allowed_countries');
  return violated;
}

/** Nearly always there is no list, and nobody needs to know the countries. */
function isOf(
  listed: readonly string[],
  countries: (number: PhoneNumber) => string[],
  number: PhoneNumber,
): boolean {
  return listed.length > 0 && countries(number).some((country) => listed.includes(country));
}

function beginsWithOne(prefixes: readonly string[], { e164 }: PhoneNumber): boolean {
  return prefixes.some((prefix) => e164.startsWith(prefix));
}
