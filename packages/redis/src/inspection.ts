import { bullmqKeys, gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from './connect.ts';
import { type Headroom, headroomOf } from './headroom.ts';
import { connectionRefusal } from './refusal.ts';
import { type Info, parseInfo } from './replication-info.ts';

export type Durability = 'fsync' | 'replicated' | 'managed' | 'none';

export type Inspection = {
  /** Empty where it may not be asked. */
  info: Info;
  /** Of a Cluster, how the shard's primary sees its nodes. */
  clusterNodes: string | undefined;
  headroom: Headroom;
  /** What is to be changed for it to be durable; none where it is. */
  reasons: string[];
};

// With no-appendfsync-on-rewrite, Redis answers without an fsync while it rewrites the file, "always" or not
// (flushAppendOnlyFile in its aof.c).
const DEMANDED_SETTINGS = {
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
} as const;

/**
 * Looks at the node that has the gateway's keys.
 * @throws where it does not answer.
 */
export async function inspect(redis: RedisClient, mode: Durability): Promise<Inspection> {
  // In a Cluster, a pipeline goes to the node of its first key: everything is asked of one.
  const settings = Object.keys(DEMANDED_SETTINGS);
  const pipeline = redis.pipeline().exists(gatewayKeys.probe).info();
  pipeline.llen(bullmqKeys.wait).llen(bullmqKeys.active).zcard(bullmqKeys.delayed);
  const isKept = mode === 'fsync' || mode === 'replicated';
  if (isKept) for (const name of settings) pipeline.config('GET', name);
  const isCluster = 'nodes' in redis;
  if (isCluster) pipeline.call('CLUSTER', 'NODES');
  const [reached, infoAnswer, waiting, active, delayed, ...rest] = (await pipeline.exec()) ?? [];
  const clusterAnswer = isCluster ? rest.pop() : undefined;
  if (reached?.[0] && reasonFor(reached[0]) === undefined) throw reached[0];
  if (infoAnswer === undefined) throw new Error('no answer');

  const refused = [reached, infoAnswer, clusterAnswer].flatMap(
    (answer) => reasonFor(answer?.[0] ?? undefined) ?? [],
  );
  if (infoAnswer[0] && refused.length === 0) throw infoAnswer[0];
  const info = typeof infoAnswer[1] === 'string' ? parseInfo(infoAnswer[1]) : {};
  const clusterNodes = typeof clusterAnswer?.[1] === 'string' ? clusterAnswer[1] : undefined;
  const unfinished = [waiting, active, delayed].reduce((sum, answer) => sum + Number(answer?.[1] ?? 0), 0);
  const headroom = headroomOf(info, unfinished);
  const reasons = [
    ...(mode === 'managed' || mode === 'none' ? [] : refused),
    ...(info['role'] === undefined ? [] : ofNode(info)),
    ...(isKept && info['role'] !== undefined ? ofAppendOnlyFile(info) : []),
    ...rest.flatMap(([error, answer], index) => ofSetting(settings[index] ?? '', error, answer)),
  ];
  return { info, clusterNodes, headroom, reasons: [...new Set(reasons)] };
}

function reasonFor(error: Error | undefined): string | undefined {
  return error && connectionRefusal(error);
}

function ofNode(info: Info): string[] {
  return [
    ...(info['role'] === 'master' ? [] : [`Redis is a ${info['role']}: point REDIS_URL at the master`]),
    ...(info['loading'] === '0' ? [] : ['Redis is still loading its data']),
  ];
}

function ofAppendOnlyFile(info: Info): string[] {
  return [
    ...(info['aof_enabled'] === '1' ? [] : ['Redis keeps no append-only file: set "appendonly yes"']),
    ...(info['aof_last_write_status'] === 'ok'
      ? []
      : ['Redis failed to write its append-only file: check its disk']),
  ];
}

function ofSetting(name: string, error: Error | null, answer: unknown): string[] {
  if (error !== null) {
    if (!/^(ERR unknown command|NOPERM)/.test(error.message)) throw error;
    return [
      'Redis does not let its configuration be read (CONFIG GET): allow it with "ACL SETUSER … +config|get", or set DURABILITY=managed if you vouch for its durability',
    ];
  }
  const wanted = Object.entries(DEMANDED_SETTINGS).find(([setting]) => setting === name)?.[1];
  const value: unknown = Array.isArray(answer) ? answer[1] : undefined;
  return value === wanted ? [] : [`Redis has ${name} ${String(value)}: set "${name} ${wanted}"`];
}
