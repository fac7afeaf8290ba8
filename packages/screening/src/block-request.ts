import { parseCountry, parseDurationMs } from '@sms-gateway/config';
import { MAX_BLOCKED_DIGITS } from './blocks.ts';

const DAY_MS = 86_400_000;
const LONGEST_MS = 3650 * DAY_MS;

type Parsed<Value> = { kind: 'parsed'; value: Value } | { kind: 'wrong'; problem: string };

/** A destination as an operator writes it: `+88`, a country of two letters, or `all`. The value is a block's name. */
export function parseBlockedDestination(given: string): Parsed<string> {
  if (given === '*' || given.toLowerCase() === 'all') return { kind: 'parsed', value: '*' };
  if (/^\+[1-9]\d*$/.test(given)) {
    if (given.length <= MAX_BLOCKED_DIGITS + 1) return { kind: 'parsed', value: given };
    return {
      kind: 'wrong',
      problem: `Block at most ${MAX_BLOCKED_DIGITS} digits: a range, and not one number.`,
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

/** How long a block lasts, such as `30m`, `6h` or `2d`. The value is in milliseconds. */
export function parseBlockDuration(given: string): Parsed<number> {
  const [, days] = /^(\d{1,4})d$/.exec(given) ?? [];
  const durationMs = days === undefined ? parseDurationMs(given) : Number(days) * DAY_MS;
  if (durationMs !== undefined && durationMs > 0 && durationMs <= LONGEST_MS) {
    return { kind: 'parsed', value: durationMs };
  }
  return { kind: 'wrong', problem: 'must be a duration with its unit, such as 30m, 6h or 2d, up to 3650d' };
}

/** A block's name as an operator writes it. */
export function shownDestination(name: string): string {
  return name === '*' ? 'all' : name;
}
