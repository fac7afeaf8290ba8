import type { RedisClient } from './connect.ts';

const WAIT_TIMEOUT_MS = 1000;

/**
 * Confirms that everything written so far through this connection has reached `replicas` replicas. One WAIT serves
 * all that ask in the same turn, because a waiting connection takes no other command meanwhile.
 */
export function createReplication({ redis, replicas }: { redis: RedisClient; replicas: number }) {
  let shared: Promise<number> | undefined;

  return {
    /** @throws Error where fewer replicas confirmed within a second. */
    confirm: async (): Promise<void> => {
      shared ??= new Promise<number>((resolve, reject) => {
        setImmediate(() => {
          shared = undefined;
          redis.wait(replicas, WAIT_TIMEOUT_MS).then(resolve, reject);
        });
      });
      const confirmed = await shared;
      if (confirmed < replicas) throw new Error(`${confirmed} of ${replicas} replicas confirmed the write`);
    },
  };
}
