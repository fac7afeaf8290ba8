import { gatewayKeys } from '@sms-gateway/contract';
import { startRedisCluster, type TopologyOptions } from '@sms-gateway/dev-redis';
import { connectRedis } from '@sms-gateway/redis';
import type { RedisUnderTest } from './disasters.ts';
import { addressesOf, nodeDisasters, untilWhole } from './node-disasters.ts';

/** Three shards of a primary and a replica. One disaster at a time, and the next only when all are whole again. */
export async function startCluster(options: TopologyOptions): Promise<RedisUnderTest & AsyncDisposable> {
  const cluster = await startRedisCluster(options);
  const client = connectRedis(
    { kind: 'cluster', nodes: addressesOf(cluster.env.REDIS_CLUSTER_NODES), url: 'redis://redis' },
    'worker',
    { name: 'proof', onError: () => undefined },
  );
  const shard = () => cluster.shardOf(gatewayKeys.probe);
  return {
    env: cluster.env,
    client,
    disasters: untilWhole(
      nodeDisasters({
        network: cluster.network,
        everybody: cluster.nodes,
        primary: async () => (await shard()).primary,
        others: {
          replica: async () => (await shard()).replicas[0],
          'primary of another shard': async () => {
            const { primary, replicas } = await shard();
            return cluster.nodes.find((node) => node !== primary && !replicas.includes(node));
          },
        },
        failOver: async () => (await shard()).replicas[0]?.ask((redis) => redis.cluster('FAILOVER')),
      }),
      cluster,
    ),
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await cluster[Symbol.asyncDispose]();
    },
  };
}
