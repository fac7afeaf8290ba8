import { setTimeout as delay } from 'node:timers/promises';
import {
  CAN_CUT_OFF,
  type RedisClusterProcesses,
  type RedisProcess,
  startRedisCluster,
} from '@sms-gateway/dev-redis';
import { gatewayKeys } from '@sms-gateway/contract';
import { connectRedis } from '@sms-gateway/redis';
import { addressesOf, untilAnother } from './node-disasters.ts';
import type { Disaster, RedisOptions, RedisUnderTest } from './disasters.ts';

/** Three shards of a primary and a replica. One disaster at a time, and the next only when all are whole again. */
export async function startCluster(options: RedisOptions): Promise<RedisUnderTest & AsyncDisposable> {
  const cluster = await startRedisCluster(options);
  const client = connectRedis(
    { kind: 'cluster', nodes: addressesOf(cluster.env.REDIS_CLUSTER_NODES), url: 'redis://redis' },
    'worker',
    { name: 'proof', onError: () => undefined },
  );
  return {
    env: { ...cluster.env, ...(options.isWeakened && { DURABILITY: 'fsync' }) },
    client,
    disasters: disastersOf(cluster).map(({ name, strike }) => ({
      name,
      strike: async () => {
        await strike();
        await cluster.untilWhole();
      },
    })),
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** Milliseconds that what does not end a primary's reign lasts. */
const A_WHILE_MS = 3000;

type Shard = { primary: RedisProcess; replica: RedisProcess };

function disastersOf(cluster: RedisClusterProcesses): Disaster[] {
  const { network, nodes } = cluster;
  const ourShard = async (): Promise<Shard> => {
    for (;;) {
      // On a busy machine, a node may not answer at once.
      const shard = await cluster.shardOf(gatewayKeys.probe).catch(() => undefined);
      const [replica] = shard?.replicas ?? [];
      if (shard !== undefined && replica !== undefined) return { primary: shard.primary, replica };
      await delay(50);
    }
  };
  const untilReplaced = (old: RedisProcess) =>
    untilAnother(old, async () => (await cluster.shardOf(gatewayKeys.probe)).primary);
  const cutOff = (one: RedisProcess) => {
    for (const other of nodes) if (other !== one) network.cut(one.name, other.name);
  };
  const on = (name: string, strike: (shard: Shard) => Promise<unknown>): Disaster => ({
    name,
    strike: async () => void (await strike(await ourShard())),
  });
  return [
    on('primary replaced as planned', async ({ primary, replica }) => {
      await replica.ask((redis) => redis.cluster('FAILOVER'));
      await untilReplaced(primary);
    }),
    on('primary killed', async ({ primary }) => {
      await primary.kill();
      await untilReplaced(primary);
      await primary.restart();
    }),
    on('primary killed and back at once', ({ primary }) => primary.restart()),
    on('primary frozen', async ({ primary }) => {
      primary.freeze();
      await untilReplaced(primary);
      primary.thaw();
    }),
    on('replica killed', async ({ replica }) => {
      await replica.kill();
      await delay(A_WHILE_MS);
      await replica.restart();
    }),
    on('replica frozen', async ({ replica }) => {
      replica.freeze();
      await delay(A_WHILE_MS);
      replica.thaw();
    }),
    on('primary of another shard killed', async ({ primary, replica }) => {
      const other = nodes.find((node) => node !== primary && node !== replica);
      await other?.restart();
    }),
    ...(CAN_CUT_OFF
      ? [
          on('primary cut off', async ({ primary }) => {
            cutOff(primary);
            await untilReplaced(primary);
            await delay(A_WHILE_MS);
            network.heal();
          }),
          on('replica cut off', async ({ replica }) => {
            cutOff(replica);
            await delay(A_WHILE_MS);
            network.heal();
          }),
        ]
      : []),
  ];
}
