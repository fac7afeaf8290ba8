import { CALLER_FAULTS, type CallerFault, gatewayKeys } from '@sms-gateway/contract';
import { type Present, readPresent } from '@sms-gateway/reporting';
import { createDurabilityCheck, type RedisClient } from '@sms-gateway/redis';
import type { IngressConfig } from '@sms-gateway/config';
import { lookAtWorkers, type WorkersLook } from './look-at-workers.ts';
import { reachRedis, type Unreachable } from '../reach-redis.ts';

export type RedisLook =
  | {
      kind: 'looked';
      /** Why it does not keep what a 200 promises; empty if it does. */
      reasons: string[];
      /** Undefined for one Redis, or if it does not allow INFO or CONFIG GET. */
      replication: ReplicationLook | undefined;
      /** How far its clock is ahead of this machine's. */
      skewMs: number;
      /** Undefined if Redis does not allow CLIENT LIST. */
      workers: WorkersLook | undefined;
      /** What the processes reported most recently. */
      present: Present;
      /** Faults in what callers sent, latest first. */
      callerFaults: { fault: CallerFault; connection: string; at: number }[];
    }
  | Unreachable;

export type ReplicationLook = {
  /** Connected to the primary. */
  replicas: number;
  /** Its setting min-replicas-to-write. */
  minReplicasToWrite: number;
};

/** Checks what the ingress checks. */
export async function lookAtRedis(
  { redis: config, durability, connections }: Pick<IngressConfig, 'redis' | 'durability' | 'connections'>,
  now: () => number,
): Promise<RedisLook> {
  const look = await reachRedis(config, 'sms-gateway-doctor', async (redis) => ({
    skewMs: await skewOf(redis, now),
    reasons: await reasonsOf(redis, config, durability),
    replication: config.kind === 'standalone' ? undefined : await lookAtReplication(redis),
    workers: await lookAtWorkers(redis, now),
    present: await readPresent(redis, now),
    callerFaults: await callerFaultsOf(redis, connections),
  }));
  return look.kind === 'reached' ? { kind: 'looked', ...look.result } : look;
}

async function callerFaultsOf(redis: RedisClient, connections: IngressConfig['connections']) {
  const asked = connections.flatMap(({ name }) =>
    CALLER_FAULTS.map((fault) => ({ fault, connection: name })),
  );
  const times = await redis.mget(
    asked.map(({ fault, connection }) => gatewayKeys.callerFault(fault, connection)),
  );
  return asked
    .map((one, index) => ({ ...one, at: Number(times[index] ?? 0) }))
    .filter(({ at }) => at > 0)
    .toSorted((a, b) => b.at - a.at);
}

async function reasonsOf(
  redis: RedisClient,
  config: IngressConfig['redis'],
  { mode, replicas }: IngressConfig['durability'],
): Promise<string[]> {
  const check = createDurabilityCheck({ redis, config, mode, replicas });
  try {
    return (await check.verify()).reasons;
  } finally {
    check.stop();
  }
}

/** Of the node that has the gateway's keys, which in a Cluster is the one that a pipeline with one of them goes to. */
async function lookAtReplication(redis: RedisClient): Promise<ReplicationLook | undefined> {
  const pipeline = redis.pipeline().exists(gatewayKeys.probe).info('replication');
  const [, info, setting] = (await pipeline.config('GET', 'min-replicas-to-write').exec()) ?? [];
  const replicas = /^connected_slaves:(\d+)/m.exec(String(info?.[1]))?.[1];
  const minimum: unknown = Array.isArray(setting?.[1]) ? setting[1][1] : undefined;
  if (replicas === undefined || minimum === undefined) return undefined;
  return { replicas: Number(replicas), minReplicasToWrite: Number(minimum) };
}

/** Measured against the middle of the call, so that a slow network does not look like a wrong clock. */
async function skewOf(redis: RedisClient, now: () => number): Promise<number> {
  const askedAt = now();
  const [seconds, microseconds] = await redis.time();
  const middle = (askedAt + now()) / 2;
  return Number(seconds) * 1000 + Number(microseconds) / 1000 - middle;
}
