import { type DeliveryJob, gatewayKeys } from '@sms-gateway/contract';
import { createDeliveryStore } from '@sms-gateway/delivery';
import { connectRedis, untilWritten } from '@sms-gateway/redis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { startRedisCluster } from '../packages/dev-redis/src/topology/redis-cluster.ts';

if (inject('engines').length === 0) test.skip('needs a redis-server or a valkey-server on this machine');

const job: DeliveryJob = {
  id: 'msg_1',
  connection: 'default',
  recipientKey: 'r1',
  acceptedAt: 1,
  deadline: 2,
};

describe.each(inject('engines').slice(0, 1))('a Cluster of $name', ({ binary }) => {
  test('an outcome is stored after a failover that takes longer than ioredis waits', async () => {
    await using cluster = await startRedisCluster({ binary, env: process.env });
    const { primary } = await cluster.shardOf(gatewayKeys.trace(job.id));
    const nodes = cluster.env.REDIS_CLUSTER_NODES.split(',').map((node) => {
      const [host = '', port] = node.split(':');
      return { host, port: Number(port) };
    });
    const redis = connectRedis({ kind: 'cluster', url: 'redis://unused', nodes }, 'worker', {
      name: 'test',
      onError: () => {},
    });
    onTestFinished(() => redis.disconnect());
    const store = createDeliveryStore({ redis });
    await store.facts(job);

    await primary.kill();
    const conclude = () =>
      store.conclude(job, {
        outcome: 'sent',
        reason: 'accepted',
        at: 1,
        holder: 'h1',
        isRedelivery: false,
        awaitsReceipt: false,
        previous: undefined,
      });

    expect(await untilWritten(conclude, new AbortController().signal)).toMatchObject({ isFirst: true });
  });
});
