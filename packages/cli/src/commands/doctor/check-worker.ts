import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

/** A running worker takes a message within milliseconds, a starting one within seconds. */
const FAIL_ABOVE_MS = 10_000;

/** Whether a worker is connected to send what the ingress accepts. */
export async function checkWorker(facts: Pick<Facts, 'redis' | 'isDev'>): Promise<Finding[]> {
  const look = await facts.redis();
  if (look?.kind !== 'looked') return [skipped('Redis, which lists the workers, cannot be read')];
  if (look.workers === undefined) return [skipped('Redis does not allow CLIENT LIST')];
  const { isConnected, oldestWaitingMs } = look.workers;
  if (isConnected) return [ok('a worker is connected to Redis')];
  const advice = facts.isDev
    ? 'Start the gateway: npm start.'
    : 'Start a worker with the same REDIS_URL and PAYLOAD_KEYS as the ingress. Until then, nothing is sent.';
  return oldestWaitingMs > FAIL_ABOVE_MS
    ? [
        failed(
          `no worker is connected to Redis, and a message has waited for ${Math.round(oldestWaitingMs / 1000)} s`,
          advice,
        ),
      ]
    : [warning('no worker is connected to Redis', advice)];
}
