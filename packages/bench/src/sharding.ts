import { GUARD_RULES, describeLimits } from '@sms-gateway/screening';
import { ingressConfig } from './gateway-in-process.ts';
import { createRandom } from './random.ts';
import { markdownTable } from './report.ts';
import { quantile } from './statistics.ts';

const SHARDS = [2, 4, 8];
/** These count what belongs to one recipient, and would stay in one shard. */
const STAYS_TOGETHER = /^recipient_/;

/**
 * What a limit that counts across recipients would let pass if recipients were spread over shards and each shard held an
 * equal share of the maximum: how many messages pass before the first is refused.
 */
export function simulateSharding(): string {
  const { connection } = ingressConfig({ screening: 'on' });
  const { country, ip } = connection.guard;
  const guard = [country.hour, country.day, ip.hour, ip.day].map((max, index) => ({
    rule: GUARD_RULES[index] ?? '',
    max: max ?? Number.NaN,
  }));
  const limits = describeLimits(connection, 'on')
    .filter(({ rule }) => !STAYS_TOGETHER.test(rule))
    .map(({ rule, max }) => ({ rule, max: Number.parseInt(max, 10) }));
  const random = createRandom(1);
  return markdownTable(
    ['passed before the first refusal', 'maximum', ...SHARDS.map((shards) => `${shards} shards`)],
    [...limits, ...guard].map(({ rule, max }) => [
      rule,
      max.toLocaleString('en-US'),
      ...SHARDS.map((shards) => {
        const runs = Math.min(1000, Math.ceil(2_000_000 / max));
        const passed = Array.from({ length: runs }, () => passedBeforeRefusal(max, shards, random));
        const share = (q: number) => `${Math.round((quantile(passed, q) / max) * 100)} %`;
        return `${share(0.5)}, one in ten ${share(0.1)}`;
      }),
    ]),
  );
}

/** How many messages for random shards pass until one of them meets its share of the maximum, rounded up. */
export function passedBeforeRefusal(max: number, shards: number, random: () => number): number {
  const room = Array.from({ length: shards }, () => Math.ceil(max / shards));
  for (let passed = 0; ; passed += 1) {
    const shard = Math.floor(random() * shards);
    const left = room[shard] ?? 0;
    if (left === 0) return passed;
    room[shard] = left - 1;
  }
}
