import { randomUUID } from 'node:crypto';
import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from './connect.ts';

/** A Redis whose data are not those of before. */
export type DataLoss = {
  /** `replaced`: other data. `rolled_back`: the same, but older, as from a backup or a snapshot of the machine. */
  kind: 'replaced' | 'rolled_back';
  /** Milliseconds for which this process had known the data that are gone. */
  knownForMs: number;
};

export type StoreIdentity = {
  /**
   * Compares the marks that the gateway keeps in Redis with those seen before. Resolves with a reason to accept nothing,
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

/** Milliseconds between two ticks of one process. */
const TICK_MS = 900;
/**
 * A process tolerates the loss of this many of its own ticks: with `managed`, and behind Sentinel with `fsync`, a failover
 * loses the last moments, as documented. Ticks are counted, not timed, because nobody ticks while there is no primary. A
 * backup is older.
 */
const FORGIVEN_TICKS = 10;

const WHAT_NOW =
  'see docs/high-availability.md, then restart the ingress to go on, or set REDIS_DATA_LOSS=continue';

const REASONS = {
  replaced: `Redis has lost its data, accepted messages and blocks included: ${WHAT_NOW}`,
  rolled_back: `Redis has older data than before, as from a backup; what came later is lost: ${WHAT_NOW}`,
};

/**
 * Notices that Redis lost its data: restored empty, flushed, another one under the same address, or set back to an earlier
 * state. What was accepted is gone then, and so are counters, limits and the blocks that were set by hand. A failover keeps
 * the marks. Only a process that saw the old ones can tell, so a restart is the way to say that the loss is understood.
 */
export function createStoreIdentity({ redis, onLoss, now }: Deps): StoreIdentity {
  let known: { id: string; since: number } | undefined;
  /** The ticks after each of the latest of this process, the oldest first. */
  let own: number[] = [];
  let tickedAt = -Infinity;
  let reason: string | undefined;

  async function readMarks({ isTick }: { isTick: boolean }): Promise<{ id: string; ticks: number }> {
    const pipeline = redis.pipeline().setnx(gatewayKeys.store, randomUUID()).get(gatewayKeys.store);
    if (isTick) pipeline.incr(gatewayKeys.storeTicks);
    else pipeline.get(gatewayKeys.storeTicks);
    const answers = (await pipeline.exec()) ?? [];
    const error = answers.find(([failure]) => failure)?.[0];
    if (error) throw error;
    return { id: String(answers[1]?.[1]), ticks: Number(answers[2]?.[1]) };
  }

  function lossOf(id: string, ticks: number): DataLoss['kind'] | undefined {
    if (known === undefined) return undefined;
    if (known.id !== id) return 'replaced';
    return ticks <= (own.at(-FORGIVEN_TICKS) ?? -1) ? 'rolled_back' : undefined;
  }

  return {
    check: async () => {
      const isTick = now() - tickedAt >= TICK_MS;
      if (isTick) tickedAt = now();
      const { id, ticks } = await readMarks({ isTick });
      const kind = lossOf(id, ticks);
      if (kind !== undefined && known !== undefined) {
        const decision = onLoss({ kind, knownForMs: now() - known.since });
        reason = decision === 'continue' ? undefined : REASONS[kind];
      }
      if (kind !== undefined || known === undefined) {
        known = { id, since: now() };
        own = [];
      }
      if (isTick) own = [...own, ticks].slice(-FORGIVEN_TICKS);
      return reason;
    },
  };
}
