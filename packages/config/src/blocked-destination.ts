import { parseCountry } from './country.ts';

/** The longest prefix that can be blocked, in digits. It is long enough for a range, and keeps whole numbers out of Redis. */
export const MAX_BLOCKED_DIGITS = 7;

export type BlockedDestination = { kind: 'parsed'; value: string } | { kind: 'wrong'; problem: string };

/** A destination as an operator writes it: `+88`, a country of two letters, or `all`. The value is a block's name. */
export function parseBlockedDestination(given: string): BlockedDestination {
  if (given === '*' || given.toLowerCase() === 'all') return { kind: 'parsed', value: '*' };
  if (/^\+[1-9]\d*$/.test(given)) {
    if (given.length <= MAX_BLOCKED_DIGITS + 1) return { kind: 'parsed', value: given };
    return {
      kind: 'wrong',
      problem: `Block at most ${MAX_BLOCKED_DIGITS} digits: a range, not a single number.`,
    };
  }
  const country = parseCountry(given);
  if (country.kind === 'country') return { kind: 'parsed', value: country.code };
  const instead = country.replacement === undefined ? '' : ` (the code in use is ${country.replacement})`;
  return {
    kind: 'wrong',
    problem: `That is not a destination${instead}: write +88, a country of two letters, or all.`,
  };
}
