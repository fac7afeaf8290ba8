import { gatewayKeys } from '@sms-gateway/contract';
import { counterName, GUARD_COUNTERS, spendKeys, WINDOWED_COUNTER_LUA } from '@sms-gateway/screening';
import type { PrivateRedis } from './private-redis.ts';

type Shape = { name: string; windowMs: number };

const HOUR_MS = 3_600_000;
const ofWindow = (windowMs: number): Shape => ({ name: counterName(windowMs), windowMs });
const HOUR_AND_DAY = [ofWindow(HOUR_MS), ofWindow(24 * HOUR_MS)];

/** What the benchmark's messages have in common, and count in: what is of one number or address is new with each. */
const SHARED: [key: string, shapes: Shape[]][] = [
  [gatewayKeys.limit('country', 'US'), HOUR_AND_DAY],
  [gatewayKeys.limit('connection', 'default'), HOUR_AND_DAY],
  [gatewayKeys.limit('overall', 'all'), HOUR_AND_DAY],
  [spendKeys('default').overallSegments, [ofWindow(24 * HOUR_MS)]],
  [gatewayKeys.guard('country', 'US'), [GUARD_COUNTERS.unusedHour, GUARD_COUNTERS.unusedDay]],
];

// ARGV: name and milliseconds of each window.
const FILL = `
  ${WINDOWED_COUNTER_LUA}
  local now = clock('')
  for i = 1, #ARGV, 2 do
    local name, window = ARGV[i], tonumber(ARGV[i + 1])
    for part = 60, 0, -1 do
      add(look(now - part * window / 60, KEYS[1], { { name, window } }), { 10 })
    end
  end
`;

/** Counts ten messages in every part of every window, as after a day without a pause. */
export async function fillSharedWindows({ client }: PrivateRedis): Promise<void> {
  for (const [key, shapes] of SHARED) {
    await client.eval(FILL, 1, key, ...shapes.flatMap(({ name, windowMs }) => [name, windowMs]));
  }
}
