import type { PhoneNumber } from '@sms-gateway/contract';
import { type Limit, type RuleMode, SPEND_WINDOW_MS, spendKeys } from '@sms-gateway/queue';
import type { ConnectionConfig, PriceTable } from '@sms-gateway/runtime';

/** What one message costs: its segments, and its price in millionths of the table's currency. */
export type Spend = { segments: number; price: number };

const MILLIONTHS = 1_000_000;

/** The price of the longest beginning that fits, else of the country, else the table's default. */
export function spendOf(
  segments: number,
  number: Pick<PhoneNumber, 'e164' | 'country'>,
  prices: PriceTable | undefined,
): Spend {
  if (prices === undefined) return { segments, price: 0 };
  const { byName, otherwise } = prices;
  const [prefix] = Object.keys(byName)
    .filter((name) => name.startsWith('+') && number.e164.startsWith(name))
    .toSorted((a, b) => b.length - a.length);
  const each = byName[prefix ?? number.country ?? ''] ?? otherwise;
  return { segments, price: Math.ceil(segments * each * MILLIONTHS) };
}

/** The caps on what 24 hours may cost. */
export function spendLimits(
  { name, spend }: Pick<ConnectionConfig, 'name' | 'spend'>,
  cost: Spend,
  mode: RuleMode,
): Limit[] {
  const keys = spendKeys(name);
  const cap = (rule: string, key: string, max: number | undefined, one: number): Limit[] =>
    max === undefined || one === 0 ? [] : [{ rule, key, windowMs: SPEND_WINDOW_MS, max, cost: one, mode }];
  const millionths = (price: number | undefined) =>
    price === undefined ? undefined : Math.round(price * MILLIONTHS);
  const { connection, overall } = spend;
  return [
    ...cap('spend_segments', keys.segments, connection.segments, cost.segments),
    ...cap('spend_overall_segments', keys.overallSegments, overall.segments, cost.segments),
    ...cap('spend_price', keys.price, millionths(connection.price), cost.price),
    ...cap('spend_overall_price', keys.overallPrice, millionths(overall.price), cost.price),
  ];
}
