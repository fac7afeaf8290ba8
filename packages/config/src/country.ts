const regionNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

/** Region codes of Unicode that have no phone numbers. */
const NO_COUNTRIES = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);

export type Country =
  | { kind: 'country'; code: string }
  /** `replacement` is the code in use, such as GB for UK. */
  | { kind: 'not_a_country'; replacement: string | undefined };

/** Parses an ISO 3166-1 alpha-2 code in any case. Retired codes and aliases are not accepted. */
export function parseCountry(text: string): Country {
  const code = text.toUpperCase();
  if (!/^[A-Z]{2}$/.test(code) || NO_COUNTRIES.has(code) || regionNames.of(code) === undefined) {
    return { kind: 'not_a_country', replacement: undefined };
  }
  const inUse = new Intl.Locale(`und-${code}`).region;
  return inUse === code ? { kind: 'country', code } : { kind: 'not_a_country', replacement: inUse };
}
