import type { RedisClient } from './connect.ts';

export type ConnectionWatch = {
  /** Whether Redis answered lately. */
  answers(): boolean;
  stop(): void;
};

const INTERVAL_MS = 1000;
/** Milliseconds without an answer after which Redis counts as away. */
const SILENT_MS = 3000;
/** Milliseconds without an answer after which the connection is given up for a new one. */
const GIVE_UP_MS = 5000;

/**
 * Asks Redis every second whether it is there. A connection whose other end has gone without a word (a lost host, a
 * forgotten NAT entry) looks open for many minutes, and everything that is asked on it waits.
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

  async function ask(): Promise<void> {
    isAsking = true;
    try {
      await redis.ping();
      answeredAt = now();
    } catch {
      // The connection reports its errors itself.
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

  return {
    answers: () => redis.status === 'ready' && now() - answeredAt < SILENT_MS,
    stop: () => clearInterval(timer),
  };
}
