import { createDurabilityCheck, NotDurableError } from '@sms-gateway/redis';
import { expect, inject, test } from 'vitest';
import { createDisposal } from './support/disposal.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';
import { until } from './support/until.ts';

/** What a service with `DURABILITY=replicated` confirms its writes with. */
async function setup({ replicas }: { replicas: number }) {
  const disposal = createDisposal();
  const primary = disposal.use(await startTestRedis({ mustControl: true }));
  const redis = disposal.use(openRedis(primary.url));
  const check = createDurabilityCheck({
    redis,
    config: { kind: 'standalone', url: primary.url },
    mode: 'replicated',
    replicas,
    demandsSettings: false,
  });
  disposal.use({ [Symbol.dispose]: () => check.stop() });
  await check.verify();
  return {
    redis,
    check,
    addReplica: async () => {
      const { hostname, port } = new URL(primary.url);
      const replica = disposal.use(
        await startTestRedis({ mustControl: true, settings: { replicaof: `${hostname} ${port}` } }),
      );
      await until(async () => expect((await check.verify()).reasons).toEqual([]));
      return replica;
    },
    [Symbol.asyncDispose]: () => disposal.dispose(),
  };
}

test('where new messages are refused for want of replicas, what has happened is still stored', async () => {
  await using bundle = await setup({ replicas: 1 });
  const { check, redis } = bundle;
  const write = (key: string) => () => redis.set(key, '1');

  await expect(check.confirm(write('message'))).rejects.toThrow(NotDurableError);
  await check.confirm(write('receipt'), { isFact: true });

  expect(await redis.mget('message', 'receipt')).toEqual([null, '1']);
});

test.skipIf(inject('engines').length === 0)(
  'a write may not survive if the connection ends before the replicas have acknowledged it',
  async () => {
    await using bundle = await setup({ replicas: 1 });
    const { check, redis } = bundle;
    const replica = await bundle.addReplica();

    const confirmed = check.confirm(async () => {
      await replica.pause();
      await redis.set('outcome', '1');
      // Redis waits for the replica for 800 ms. The connection ends in the middle of its answers.
      setTimeout(() => redis.disconnect(true), 100);
    });

    await expect(confirmed).rejects.toThrow(NotDurableError);
  },
);
