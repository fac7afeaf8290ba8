import type { PhoneNumber } from '@sms-gateway/contract';

export type ScreenDecision = { decision: 'allowed' } | { decision: 'refused'; rule: 'allowed_countries' };

// Dependencies that share a country's numbering plan and are told apart by ranges that libphonenumber knows only
// in part: it takes +44 7911 for Guernsey. Who allows GB means them.
const PART_OF: Record<string, string> = { GG: 'GB', JE: 'GB', IM: 'GB' };

/**
 * Whether codes may go to this number's country. `allowedCountries` are ISO 3166-1 alpha-2 codes; undefined allows
 * all. A number that belongs to no country is allowed by no list.
 */
export function screenDestination(
  { country }: PhoneNumber,
  allowedCountries: string[] | undefined,
): ScreenDecision {
  if (allowedCountries === undefined) return { decision: 'allowed' };
  const isAllowed =
    country !== undefined &&
    (allowedCountries.includes(country) || allowedCountries.includes(PART_OF[country] ?? country));
  return isAllowed ? { decision: 'allowed' } : { decision: 'refused', rule: 'allowed_countries' };
}
