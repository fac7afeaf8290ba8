import { randomUUID } from 'node:crypto';
import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from './connect.ts';

/** A Redis whose data are not those of before. */
export type DataLoss = {
  /** Milliseconds for which this process had known the data that are gone. */
  knownForMs: number;
};

export type StoreIdentity = {
  /**
   * Compares the mark that the gateway keeps in Redis with the one seen before. Resolves with a reason to accept nothing,
   * undefined where the data are the same or the process may go on with others.
   * @throws what Redis answers.
   */
  check(): Promise<string | undefined>;
};

type Deps = {
  redis: RedisClient;
  /** Whether to go on with the data of another store. */
  onLoss: (loss: DataLoss) => 'stop' | 'continue';
  now: () => number;
};

/**
 * Notices that Redis lost its data: restored empty, flushed, or another one under the same address. What was accepted is
 * gone then, and so are counters, limits and the blocks that were set by hand. A failover keeps the mark. Only a process
 * that saw the old one can tell, so a restart is the way to say that the loss is understood.
 */
export function createStoreIdentity({ redis, onLoss, now }: Deps): StoreIdentity {
  let known: { id: string; since: number } | undefined;
  let reason: string | undefined;

  return {
    check: async () => {
      const [made, read] =
        (await redis.pipeline().setnx(gatewayKeys.store, randomUUID()).get(gatewayKeys.store).exec()) ?? [];
      const error = made?.[0] ?? read?.[0];
      if (error) throw error;
      const id = String(read?.[1]);
      if (known !== undefined && known.id !== id) {
        const decision = onLoss({ knownForMs: now() - known.since });
        reason =
          decision === 'continue'
            ? undefined
            : 'Redis has lost its data, accepted messages and blocks included: see docs/high-availability.md, then restart the ingress to go on, or set REDIS_DATA_LOSS=continue';
      }
      if (known?.id !== id) known = { id, since: now() };
      return reason;
    },
  };
}
