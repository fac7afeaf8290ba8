import { gatewayKeys } from '@sms-gateway/contract';
import { evalScript, loadScript } from '@sms-gateway/redis';
import { type CounterShape, counterShape, SPEND_SHAPE, spendKeys } from '@sms-gateway/screening';
import type { PrivateRedis } from './private-redis.ts';

const HOUR_AND_DAY = [3_600_000, 86_400_000].map(counterShape);

const FILL = loadScript<{
  keys: 'guard_country';
  args: { limits: { key: string; shapes: CounterShape[] }[]; each: number };
  answer: 1;
}>(new URL('../src/fill-windows.lua', import.meta.url));

/** Counts ten messages in every part of the windows that the benchmark's messages have in common. */
export async function fillSharedWindows({ client }: PrivateRedis): Promise<void> {
  await evalScript(client, FILL, {
    keys: { guard_country: gatewayKeys.counters('country', 'US') },
    args: {
      limits: [
        { key: gatewayKeys.counters('country', 'US'), shapes: HOUR_AND_DAY },
        { key: gatewayKeys.counters('connection', 'default'), shapes: HOUR_AND_DAY },
        { key: gatewayKeys.counters('overall', 'all'), shapes: HOUR_AND_DAY },
        { key: spendKeys('default').overallSegments, shapes: [SPEND_SHAPE] },
      ],
      each: 10,
    },
  });
}
