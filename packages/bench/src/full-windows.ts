import { messageNumber, userAddress } from './auth0-requests.ts';
import { createGatewayInProcess } from './gateway-in-process.ts';
import type { PrivateRedis } from './private-redis.ts';
import { raisedLimits } from './raised-limits.ts';

/** Windows are counted in sixtieths. */
const PARTS = 60;
const FIRST_NUMBER = 7_990_000;
const WINDOWS_MS = [86_400_000, 3_600_000];

/**
 * Leaves the counters that all messages share (country, connection, overall, segments, the guard's country) as after a day
 * without a pause, with a count in each part of each window. Its numbers and addresses are far
 * from those that a run gets to.
 */
export async function fillSharedWindows({ client }: Pick<PrivateRedis, 'client'>): Promise<void> {
  const end = Date.now();
  const times = WINDOWS_MS.flatMap((windowMs) =>
    Array.from({ length: PARTS }, (_, part) => end - windowMs + ((part + 0.5) * windowMs) / PARTS),
  );
  let clock = 0;
  const gateway = createGatewayInProcess(client, { screening: 'on', yaml: raisedLimits(), now: () => clock });
  for (const [index, time] of times.toSorted((a, b) => a - b).entries()) {
    clock = Math.round(time);
    const number = FIRST_NUMBER + index;
    await gateway.accept({ ...messageNumber(number), ip: userAddress(number) });
  }
}
