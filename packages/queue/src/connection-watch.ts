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

  const timer = setInterval(() => {
    if (redis.status !== 'ready') {
      // It is at work on a new one, whose time begins when it is there.
      answeredAt = now();
      return;
    }
    if (now() - answeredAt >= GIVE_UP_MS) {
      answeredAt = now();
      redis.disconnect(true);
      return;
    }
    if (isAsking) return;
    isAsking = true;
    redis
      .ping()
      .then(() => {
        answeredAt = now();
      })
      .catch(() => undefined)
      .finally(() => {
        isAsking = false;
      });
  }, INTERVAL_MS);

  return {
    answers: () => redis.status === 'ready' && now() - answeredAt < SILENT_MS,
    stop: () => clearInterval(timer),
  };
}
