import { gatewayKeys } from '@sms-gateway/contract';
import { createDeliveryStore } from '@sms-gateway/delivery';
import { connectRedis, untilWritten } from '@sms-gateway/redis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startRedisCluster } from '../packages/dev-redis/src/topology/redis-cluster.ts';
import { parseAddress } from '../packages/redis/src/connect.ts';
import { SENT, sampleJob } from './support/sample-delivery.ts';
import { firstEngine } from './support/test-redis.ts';

test.skipIf(inject('engines').length === 0)(
  'an outcome is stored after a failover that takes longer than ioredis waits',
  async () => {
    await using cluster = await startRedisCluster({ binary: firstEngine(), env: process.env });
    const job = sampleJob();
    const { primary } = await cluster.shardOf(gatewayKeys.trace(job.id));
    const nodes = cluster.env.REDIS_CLUSTER_NODES.split(',').map(parseAddress);
    const redis = connectRedis({ kind: 'cluster', url: 'redis://unused', nodes }, 'worker', {
      name: 'test',
      onError: () => {},
    });
    onTestFinished(() => redis.disconnect());
    const store = createDeliveryStore({ redis });
    await store.facts(job);

    await primary.kill();
    const conclude = () => store.conclude(job, { ...SENT, previous: undefined });

    expect(await untilWritten(conclude, new AbortController().signal)).toMatchObject({ isFirst: true });
  },
);
