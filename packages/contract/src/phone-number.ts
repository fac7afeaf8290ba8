import {
  type CountryCode,
  getCountryCallingCode,
  getExampleNumber,
  isSupportedCountry,
  type PhoneNumber as LibPhoneNumber,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
} from 'libphonenumber-js/max/es6';
import examples from 'libphonenumber-js/mobile/examples';
import { countriesOf } from './countries.ts';
import { readDialString } from './dial-string.ts';
import { renew } from './retired-forms.ts';

export type PhoneNumber = {
  /** E.164, with the plus sign. */
  e164: string;
  /**
   * ISO 3166-1 alpha-2; absent for numbers that belong to no country, such as satellite networks, and for those of a
   * shared calling code that the metadata cannot assign. Which countries' rules apply is said by `countriesOf`.
   */
  country: string | undefined;
  /** Digits without the plus sign. */
  countryCallingCode: string;
  /** What the numbering plan says it is for; absent where the plan does not know the number. */
  type: NumberType | undefined;
  /** Name of the retired form that it was given in, and brought up to date from. */
  retiredForm: string | undefined;
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

const byLibraryName = new Map<string | undefined, NumberType>(
  NUMBER_TYPES.map((type) => [type.toUpperCase(), type]),
);

/** Either a number, or what is wrong with the text and what to send instead; never with the text itself. */
export type PhoneNumberReading =
  | { number: PhoneNumber; problem?: undefined }
  | { number?: undefined; problem: string };

/**
 * Normalises a recipient as people, address books and Auth0 write it to E.164. Takes a leading `00`, and, where
 * `defaultCountry` (ISO 3166-1 alpha-2) is given, that country's own international prefix, national numbers and those
 * that only lack the plus sign. Forms that a country has retired become today's. Possible is about length only: whether
 * a number is in service, or of a wanted type, is policy.
 */
export function readPhoneNumber(input: string, defaultCountry?: string): PhoneNumberReading {
  const dialed = readDialString(input);
  if (dialed === undefined) return { problem: `The recipient is not a phone number. ${SEND_E164}` };
  const country =
    defaultCountry !== undefined && isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  if (country === undefined && !/^(\+|00)/.test(dialed)) {
    return { problem: `The recipient lacks its plus sign and country code. ${SEND_E164}` };
  }
  const readings =
    country === undefined ? [read(withPlus(dialed))].filter(isThere) : readingsIn(country, dialed);
  const chosen = choose(readings, dialed);
  return chosen === undefined ? { problem: explain(readings) } : { number: toPhoneNumber(chosen) };
}

/** As `readPhoneNumber`; undefined for what is not a possible phone number. */
export function parsePhoneNumber(input: string, defaultCountry?: string): PhoneNumber | undefined {
  return readPhoneNumber(input, defaultCountry).number;
}

const SEND_E164 = 'Send it in E.164: plus sign, country code, number.';

/** One way to understand what was dialled. `refusedForm`: it is of a retired form, and must be sent in this one. */
type Reading = { parsed: LibPhoneNumber; retiredForm?: string; refusedForm?: string };

const withPlus = (dialed: string): string =>
  dialed.startsWith('+') ? dialed : `+${dialed.replace(/^00/, '')}`;

/** The ways to understand it, the likelier first. */
function readingsIn(country: CountryCode, dialed: string): Reading[] {
  if (dialed.startsWith('+')) return [read(dialed)].filter(isThere);
  const own = read(dialed, country);
  // Tried above is the country's own prefix, such as Australia's 0011.
  if (dialed.startsWith('0')) {
    return [own, dialed.startsWith('00') ? read(withPlus(dialed)) : undefined].filter(isThere);
  }
  const callingCode = getCountryCallingCode(country);
  // All numbers of North America have ten digits and no prefix; the metadata lags behind their area codes.
  if (callingCode === '1' && own?.parsed.isPossible()) return [own];
  const international = read(withPlus(dialed));
  return (dialed.startsWith(callingCode) ? [international, own] : [own, international]).filter(isThere);
}

const isThere = (reading: Reading | undefined): reading is Reading => reading !== undefined;

function read(text: string, country?: CountryCode): Reading | undefined {
  const given = parsePhoneNumberFromString(text, {
    extract: false,
    ...(country && { defaultCountry: country }),
  });
  if (given === undefined) return undefined;
  const retired = renew(country === undefined ? text : given.number);
  if (retired === undefined) return { parsed: given };
  const renewed =
    retired.e164 === undefined ? undefined : parsePhoneNumberFromString(retired.e164, { extract: false });
  return renewed?.isPossible()
    ? { parsed: renewed, retiredForm: retired.name }
    : { parsed: given, refusedForm: retired.form };
}

/**
 * A number without its plus sign may be a national one, or one that only lacks the sign, and often both readings are
 * valid: 491701234567 is the mobile number +49 170 1234567, and a German landline. Codes go to mobiles, so the reading
 * that may be one comes first; then that with the default country's own calling code, then the national one. What
 * begins with 0 lacks no plus sign.
 */
function choose(readings: readonly Reading[], dialed: string): Reading | undefined {
  const possible = readings.filter(({ parsed, refusedForm }) => !refusedForm && parsed.isPossible());
  // The library compiles its patterns for every question, so it is asked only where there is a choice.
  if (possible.length < 2) return possible[0];
  const valid = possible.filter(({ parsed }) => parsed.isValid());
  const mobile = valid.find(({ parsed }) => MAYBE_MOBILE.has(parsed.getType()));
  return (dialed.startsWith('0') ? undefined : mobile) ?? valid[0] ?? possible[0];
}

const MAYBE_MOBILE = new Set<unknown>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);

function explain(readings: readonly Reading[]): string {
  const refused = readings.find(({ refusedForm }) => refusedForm !== undefined)?.refusedForm;
  if (refused !== undefined) return `The recipient has a form that is no longer in use. Send ${refused}.`;
  const parsed = readings[0]?.parsed;
  const country = parsed && countriesOf(parsed)[0];
  const example =
    country !== undefined && isSupportedCountry(country) ? getExampleNumber(country, examples) : undefined;
  if (parsed === undefined || example === undefined) {
    return `The recipient is not a possible phone number. ${SEND_E164}`;
  }
  return `The recipient is not a possible phone number: ${fault(parsed)} for +${parsed.countryCallingCode}, whose numbers look like ${example.formatInternational()} (${country}).`;
}

function fault({ number }: LibPhoneNumber): string {
  switch (validatePhoneNumberLength(number)) {
    case 'TOO_SHORT':
      return 'it is too short';
    case 'TOO_LONG':
      return 'it is too long';
    default:
      return 'its number of digits is wrong';
  }
}

function toPhoneNumber({ parsed, retiredForm }: Reading): PhoneNumber {
  const { number, country, countryCallingCode } = parsed;
  return {
    e164: number,
    country,
    countryCallingCode,
    type: byLibraryName.get(parsed.getType()),
    retiredForm,
  };
}

/**
 * A number of the numbering plan of `country` (ISO 3166-1 alpha-2) as it is written within it, in digits: as dialled
 * there, and without what is dialled before it. Undefined for a number of another plan.
 */
export function nationalNumber(
  e164: string,
  country: string,
): { dialled: string; significant: string } | undefined {
  const parsed = parsePhoneNumberFromString(e164, { extract: false });
  if (parsed === undefined || !isSupportedCountry(country)) return undefined;
  if (parsed.countryCallingCode !== getCountryCallingCode(country)) return undefined;
  return { dialled: parsed.formatNational().replace(/\D/g, ''), significant: parsed.nationalNumber };
}

/** The part of a number that may be seen: its calling code and last two digits, `+1…23`. */
export function maskPhoneNumber({
  e164,
  countryCallingCode,
}: Pick<PhoneNumber, 'e164' | 'countryCallingCode'>): string {
  return `+${countryCallingCode}…${e164.slice(-2)}`;
}
