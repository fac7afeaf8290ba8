import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber as LibPhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';

export type PhoneNumber = {
  /** E.164, with the plus sign. */
  e164: string;
  /** ISO 3166-1 alpha-2; absent for numbers that belong to no country, such as satellite networks. */
  country: string | undefined;
  /** Digits without the plus sign. */
  countryCallingCode: string;
  /** What the numbering plan says it is for; absent where the plan does not know the number. */
  type: NumberType | undefined;
};

/** As libphonenumber tells them apart. Where landlines and mobiles share their ranges, `fixed_line_or_mobile`. */
export const NUMBER_TYPES = [
  'mobile',
  'fixed_line',
  'fixed_line_or_mobile',
  'voip',
  'personal_number',
  'pager',
  'voicemail',
  'toll_free',
  'uan',
  'shared_cost',
  'premium_rate',
] as const;
export type NumberType = (typeof NUMBER_TYPES)[number];

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
  return withoutPlus(compact, defaultCountry);
}

/**
 * A number without its plus sign may be a national one, or one that only lacks the sign, and often both readings are
 * valid: 491701234567 is the mobile number +49 170 1234567, and a German landline. Codes go to mobiles, so the reading
 * that may be one comes first; then that with the default country's own calling code, then the national one.
 */
function withoutPlus(digits: string, country: CountryCode): PhoneNumber | undefined {
  const [national, international] = [parse(digits, country), parse(`+${digits}`)];
  const isOwnCode = digits.startsWith(getCountryCallingCode(country));
  const readings = isOwnCode ? [international, national] : [national, international];
  const valid = readings.filter((number) => number?.isValid());
  const chosen =
    valid.find((number) => MAYBE_MOBILE.has(number?.getType())) ??
    valid[0] ??
    [national, international].find((number) => number?.isPossible());
  return chosen && toPhoneNumber(chosen);
}

const MAYBE_MOBILE = new Set<unknown>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);

function possible(number: string): PhoneNumber | undefined {
  const parsed = parse(number);
  return parsed?.isPossible() ? toPhoneNumber(parsed) : undefined;
}

function parse(number: string, country?: CountryCode) {
  return parsePhoneNumberFromString(number, {
    extract: false,
    ...(country && { defaultCountry: country }),
  });
}

function toPhoneNumber(parsed: LibPhoneNumber): PhoneNumber {
  const { number, country, countryCallingCode } = parsed;
  const type = parsed.getType()?.toLowerCase();
  return { e164: number, country, countryCallingCode, type: NUMBER_TYPES.find((known) => known === type) };
}

// Dependencies that share a country's numbering plan and are told apart by ranges that libphonenumber knows only
// in part: it takes +44 7911 for Guernsey.
const PART_OF: Record<string, string> = { GG: 'GB', JE: 'GB', IM: 'GB' };

/**
 * The countries that a number may be meant by: its own, and the one whose numbering plan it shares without anybody
 * being able to tell. Who says GB means Guernsey, Jersey and the Isle of Man as well. Empty for numbers of no country.
 */
export function countriesMeaning({ country }: Pick<PhoneNumber, 'country'>): string[] {
  if (country === undefined) return [];
  const including = PART_OF[country];
  return including === undefined ? [country] : [country, including];
}

/** The part of a number that may be seen: its calling code and last two digits, `+1…23`. */
export function maskPhoneNumber({ e164, countryCallingCode }: PhoneNumber): string {
  return `+${countryCallingCode}…${e164.slice(-2)}`;
}
