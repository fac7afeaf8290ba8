import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max/es6';

/**
 * Calling codes that countries share, with the main one, as libphonenumber's `mainCountryForCode` has it. `includes`:
 * the others are territories in its numbering plan and on its networks, whose numbers are told from its own by lists
 * of blocks, in part and late. Where it is false they are each other's equals.
 */
const SHARED_CODES: Readonly<Record<string, { main: string; includes: boolean }>> = {
  '1': { main: 'US', includes: false },
  '7': { main: 'RU', includes: false },
  '39': { main: 'IT', includes: true },
  '44': { main: 'GB', includes: true },
  '47': { main: 'NO', includes: true },
  '61': { main: 'AU', includes: true },
  '212': { main: 'MA', includes: true },
  '262': { main: 'RE', includes: false },
  '290': { main: 'SH', includes: true },
  '358': { main: 'FI', includes: true },
  '590': { main: 'GP', includes: true },
  '599': { main: 'CW', includes: false },
};

type Located = { country?: string | undefined; countryCallingCode: string };

/**
 * The countries that a number belongs to where something is allowed, priced or routed: its own first, then the one in
 * whose numbering plan that is. Who says GB means Guernsey too, since to everybody who has one +44 7911 is British.
 * A number in a shared calling code whose country is not known (metadata lags behind new ranges) belongs to the
 * main country. Empty for numbers of no country, such as satellite networks.
 */
export function countriesOf(number: Located): string[] {
  const { country } = number;
  const shared = SHARED_CODES[number.countryCallingCode];
  if (shared === undefined) return country === undefined ? [] : [country];
  if (country === undefined) return [shared.main];
  return shared.includes && country !== shared.main ? [country, shared.main] : [country];
}

/**
 * The countries that a number belongs to where something is blocked or denied: the same, but where its country is not
 * known every country of its calling code. A block of Jamaica must not be passed by a Jamaican range that is too new.
 */
export function countriesToDeny(number: Located): string[] {
  if (!isCountryAssumed(number)) return countriesOf(number);
  const main = countriesOf(number);
  return [
    ...main,
    ...countriesSharing(number.countryCallingCode).filter((country) => !main.includes(country)),
  ];
}

/** Whether the calling code is shared, and nobody can tell by which country in this case. */
export function isCountryAssumed({ country, countryCallingCode }: Located): boolean {
  return country === undefined && SHARED_CODES[countryCallingCode] !== undefined;
}

const bySharedCode = new Map<string, string[]>();
for (const country of getCountries()) {
  const code = getCountryCallingCode(country);
  bySharedCode.set(code, [...(bySharedCode.get(code) ?? []), country]);
}

/** All countries of a calling code, given as digits. */
export function countriesSharing(countryCallingCode: string): string[] {
  return bySharedCode.get(countryCallingCode) ?? [];
}

/**
 * The countries that share a calling code with one of these and that a list of these leaves out: their numbers look
 * the same to people, who then ask why no code came.
 */
export function siblingsLeftOut(
  listed: readonly string[],
): { countryCallingCode: string; countries: string[] }[] {
  return Object.entries(SHARED_CODES).flatMap(([countryCallingCode, { main, includes }]) => {
    const all = countriesSharing(countryCallingCode);
    if (!all.some((country) => listed.includes(country)) || (includes && listed.includes(main))) return [];
    const countries = all.filter((country) => !listed.includes(country));
    return countries.length === 0 ? [] : [{ countryCallingCode, countries }];
  });
}
