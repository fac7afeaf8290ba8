import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from './connect.ts';
import type { FailoverView } from './failover-view.ts';
import { parseInfo, type Replica, type Replication, replicationOf } from './replication-info.ts';

/** Milliseconds that replicas have to acknowledge. */
const WAIT_TIMEOUT_MS = 800;
const PROBE_TTL_MS = 5000;

export type Acknowledgement = {
  /** The history of writes that was acknowledged. */
  id: string;
  online: readonly Replica[];
  acknowledged: readonly Replica[];
  /** Whether fewer than were expected acknowledged in time. */
  isTimedOut: boolean;
};

/**
 * Waits until as many replicas as are there have acknowledged everything that the node with the gateway's keys has
 * written up to now, but not longer than 0.8 seconds, and resolves with those that have. `count` is how many are
 * expected to.
 *
 * One pipeline, so that in a Cluster everything is asked of the node that has the keys, and a connection that is lost
 * in the middle loses all of it.
 * @throws where Redis does not answer, or is not the same at the end as in the beginning.
 */
export async function untilAcknowledged(
  redis: RedisClient,
  { count, isProbe }: { count: number; isProbe: boolean },
): Promise<Acknowledgement> {
  const pipeline = redis.pipeline();
  // WAIT waits for what this connection itself has written (since Redis 7.2), which may be nothing.
  if (isProbe) pipeline.set(gatewayKeys.probe, '1', 'PX', PROBE_TTL_MS);
  else pipeline.exists(gatewayKeys.probe);
  pipeline.info('replication').wait(count, WAIT_TIMEOUT_MS).info('replication');
  const answers = (await pipeline.exec()) ?? [];
  const error = answers.find(([failure]) => failure)?.[0];
  if (error) throw error;
  const [before, after] = [replicationAt(answers[1]), replicationAt(answers[3])];
  if (!before.isPrimary || !after.isPrimary || before.id !== after.id) {
    throw new Error('another Redis answers now');
  }
  return {
    id: after.id,
    online: after.online,
    acknowledged: after.online.filter(({ offset }) => offset >= before.offset),
    isTimedOut: Number(answers[2]?.[1]) < count,
  };
}

function replicationAt(answer: [error: Error | null, result: unknown] | undefined): Replication {
  return replicationOf(parseInfo(String(answer?.[1])));
}

/** How many of the replicas that are there will acknowledge: one that nobody would promote is not waited for. */
export function expected(
  view: FailoverView,
  { online, acknowledged }: Pick<Acknowledgement, 'online' | 'acknowledged'>,
): number {
  const missingWithout = (one?: Replica) =>
    view.missing(
      online,
      online.filter((other) => other !== one),
    ).length;
  const isExcused = (one: Replica) => !acknowledged.includes(one) && missingWithout(one) === missingWithout();
  return online.filter((one) => !isExcused(one)).length;
}

/** Why a promotion could lose what was written; none where it could not. */
export function whatIsMissing(
  view: FailoverView,
  { online, acknowledged }: Pick<Acknowledgement, 'online' | 'acknowledged'>,
  atLeast: number,
): string[] {
  const missing = view.missing(online, acknowledged);
  if (missing.length > 0) {
    return [
      `Replica ${missing.join(', ')} could be promoted and has not acknowledged what is written: see its log, or set replica-priority 0 on it`,
    ];
  }
  return acknowledged.length < atLeast
    ? [
        online.length < atLeast
          ? `Redis has ${online.length} replicas online, DURABILITY_REPLICAS asks for ${atLeast}`
          : `${acknowledged.length} of ${atLeast} replicas acknowledged the write`,
      ]
    : [];
}
