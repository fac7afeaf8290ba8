import { countriesOf, type PhoneNumber } from '@sms-gateway/contract';
import type { Limit, RuleMode, Spend } from './rules.ts';
import { SPEND_WINDOW_MS, spendKeys } from './spend-keys.ts';
import type { ConnectionConfig, PriceTable } from '@sms-gateway/config';

const MILLIONTHS = 1_000_000;

/** The price of the longest beginning that fits, else of the country (or the one it counts as), else the default. */
export function spendOf(
  segments: number,
  number: Pick<PhoneNumber, 'e164' | 'country' | 'countryCallingCode'>,
  prices: PriceTable | undefined,
): Spend {
  if (prices === undefined) return { segments, price: 0 };
  const { byName, otherwise } = prices;
  let prefix = '';
  for (const name of Object.keys(byName)) {
    if (name.length > prefix.length && number.e164.startsWith(name)) prefix = name;
  }
  const name = prefix || countriesOf(number).find((country) => Object.hasOwn(byName, country));
  const each = (name === undefined ? undefined : byName[name]) ?? otherwise;
  return { segments, price: Math.round(segments * each * MILLIONTHS) };
}

/** The caps on what 24 hours may cost, each with the key that it is counted under. */
export function spendGroups(
  { name, spend }: Pick<ConnectionConfig, 'name' | 'spend'>,
  mode: RuleMode,
): { key: string; limit: Limit }[] {
  const keys = spendKeys(name);
  const cap = (rule: string, key: string, max: number | undefined, counts: Limit['counts']) =>
    max === undefined ? [] : [{ key, limit: { rule, windowMs: SPEND_WINDOW_MS, max, mode, counts } }];
  const millionths = (price: number | undefined) =>
    price === undefined ? undefined : Math.round(price * MILLIONTHS);
  const { connection, overall } = spend;
  return [
    ...cap('spend_segments', keys.segments, connection.segments, 'segments'),
    ...cap('spend_overall_segments', keys.overallSegments, overall.segments, 'segments'),
    ...cap('spend_price', keys.price, millionths(connection.price), 'price'),
    ...cap('spend_overall_price', keys.overallPrice, millionths(overall.price), 'price'),
  ];
}
