import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

export type PhoneNumber = {
  /** E.164, with the plus sign. */
  e164: string;
  /** ISO 3166-1 alpha-2; absent for numbers that belong to no country, such as satellite networks. */
  country: string | undefined;
  /** Digits without the plus sign. */
  countryCallingCode: string;
};

// Spaces of every kind (Auth0's own samples hold them, Twilio's show NBSP), hyphens and dashes, dots, slashes, parentheses.
const SEPARATORS = /[\s\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2212\ufeff().\-/]/g;

/**
 * Normalises a recipient as people and Auth0 write it to E.164. Takes separators, a leading `00`, and, where
 * `defaultCountry` (ISO 3166-1 alpha-2) is given, national numbers and those that only lack the plus sign.
 * Returns undefined for what is not a possible phone number. Possible is about length only: whether a number is
 * in service, or of a wanted type, is policy.
 */
export function parsePhoneNumber(input: string, defaultCountry?: string): PhoneNumber | undefined {
  const compact = input.replace(SEPARATORS, '').replace(/^00/, '+');
  if (!/^\+?[0-9]{4,17}$/.test(compact)) return undefined;
  if (compact.startsWith('+')) return possible(compact);
  if (defaultCountry === undefined || !isSupportedCountry(defaultCountry)) return undefined;
  return possible(compact, defaultCountry) ?? possible(`+${compact}`);
}

function possible(number: string, country?: CountryCode): PhoneNumber | undefined {
  const parsed = parsePhoneNumberFromString(number, {
    extract: false,
    ...(country && { defaultCountry: country }),
  });
  if (!parsed?.isPossible()) return undefined;
  return { e164: parsed.number, country: parsed.country, countryCallingCode: parsed.countryCallingCode };
}

/** The part of a number that may be seen: its calling code and last two digits, `+1…23`. */
export function maskPhoneNumber({ e164, countryCallingCode }: PhoneNumber): string {
  return `+${countryCallingCode}…${e164.slice(-2)}`;
}
