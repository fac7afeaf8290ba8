import { SENTINEL_NAME, startSentinelTrio, type TopologyOptions } from '@sms-gateway/dev-redis';
import { connectRedis } from '@sms-gateway/redis';
import type { RedisUnderTest } from './disasters.ts';
import { addressesOf, nodeDisasters, untilWhole } from './node-disasters.ts';

/** A primary, two replicas and three Sentinels. One disaster at a time, and the next only when all are whole again. */
export async function startSentinel(options: TopologyOptions): Promise<RedisUnderTest & AsyncDisposable> {
  const trio = await startSentinelTrio(options);
  const client = connectRedis(
    {
      kind: 'sentinel',
      nodes: addressesOf(trio.env.REDIS_SENTINELS),
      name: SENTINEL_NAME,
      url: 'redis://redis',
      sentinelAuth: { username: undefined, password: undefined, tls: false },
    },
    'worker',
    { name: 'proof', onError: () => undefined },
  );
  const [first, second] = trio.sentinels;
  return {
    env: trio.env,
    client,
    disasters: untilWhole(
      nodeDisasters({
        network: trio.network,
        everybody: [...trio.nodes, ...trio.sentinels],
        // The first is struck, too.
        primary: () => trio.primary(second),
        others: { replica: async () => (await trio.replicas())[0], sentinel: async () => first },
        failOver: async () => first?.ask((redis) => redis.call('SENTINEL', 'FAILOVER', SENTINEL_NAME)),
      }),
      trio,
    ),
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await trio[Symbol.asyncDispose]();
    },
  };
}
