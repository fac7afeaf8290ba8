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
  const isOf = (countries: string[], list: readonly string[] = []) =>
    countries.some((country) => list.includes(country));
  const begins = (list: readonly string[] = []) => list.some((prefix) => number.e164.startsWith(prefix));
  const isAllowed =
    (allowedCountries === undefined && allowedPrefixes === undefined) ||
    isOf(countriesOf(number), allowedCountries) ||
    begins(allowedPrefixes);
  return [
    ...(isOf(countriesToDeny(number), deniedCountries) ? ['denied_country' as const] : []),
    ...(begins(deniedPrefixes) ? ['denied_prefix' as const] : []),
    ...(number.type !== undefined && deniedNumberTypes.includes(number.type) ? ['number_type' as const] : []),
    ...(isAllowed ? [] : ['allowed_countries' as const]),
  ];
}
