import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from './connect.ts';
import { writeRefusal } from './refusal.ts';

export type ConnectionWatch = {
  /** Whether Redis answered lately. */
  answers(): boolean;
  /** Why Redis cannot be used now; empty if it answered lately and accepts writes. */
  reasons(): string[];
  stop(): void;
};

const INTERVAL_MS = 1000;
const PROBE_TTL_MS = 5000;
/** Milliseconds without an answer after which Redis counts as away. */
const SILENT_MS = 3000;
/** Milliseconds without an answer after which the connection is given up for a new one. */
const GIVE_UP_MS = 5000;

/**
 * Asks Redis every second whether it is there. A connection whose peer has disappeared silently (a lost host, an
 * expired NAT entry) looks open for many minutes, and all commands on it wait.
 */
export function createConnectionWatch({
  redis,
  now,
}: {
  redis: RedisClient;
  now: () => number;
}): ConnectionWatch {
  let answeredAt = now();
  let isAsking = false;
  let refusal: string | undefined;

  async function ask(): Promise<void> {
    isAsking = true;
    try {
      // With a key, so that in a Cluster the node is asked that has ours; a write, because a full Redis answers a PING.
      await redis.set(gatewayKeys.probe, '1', 'PX', PROBE_TTL_MS);
      answeredAt = now();
      refusal = undefined;
    } catch (error) {
      // The connection reports its own errors itself.
      refusal = writeRefusal(error);
      if (refusal !== undefined) answeredAt = now();
    } finally {
      isAsking = false;
    }
  }

  const timer = setInterval(() => {
    // Without a connection it is at work on a new one, whose time begins when it is there.
    if (redis.status !== 'ready') answeredAt = now();
    else if (now() - answeredAt >= GIVE_UP_MS) {
      answeredAt = now();
      redis.disconnect(true);
    } else if (!isAsking) void ask();
  }, INTERVAL_MS);

  const answers = () => redis.status === 'ready' && now() - answeredAt < SILENT_MS;

  return {
    answers,
    reasons: () => {
      if (!answers()) return ['Redis cannot be reached'];
      return refusal === undefined ? [] : [refusal];
    },
    stop: () => clearInterval(timer),
  };
}
