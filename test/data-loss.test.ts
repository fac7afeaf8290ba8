import { gatewayKeys } from '@sms-gateway/contract';
import { expect, test } from 'vitest';
import { createStoreIdentity, type DataLoss } from '../packages/redis/src/store-identity.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { startIngress } from './support/services.ts';
import { openTestRedis, startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';
import { until } from './support/until.ts';

async function setup(env: Record<string, string> = {}) {
  const disposal = createDisposal();
  const redis = disposal.use(await startTestRedis({ mustControl: true }));
  const client = disposal.use(openRedis(redis.url));
  const ingress = disposal.use(await startIngress({ REDIS_URL: redis.url, ...env }));
  await until(async () => expect((await ingress.ready()).status).toBe(200));
  return {
    redis,
    client,
    ingress,
    post: () => postSms(ingress.url, { body: { recipient: freshNumber() } }),
    [Symbol.asyncDispose]: () => disposal.dispose(),
  };
}

test('a Redis that lost its data is noticed, and nothing is accepted until the ingress is started again', async () => {
  await using bundle = await setup();
  const { ingress, redis, client, post } = bundle;
  expect((await post()).status).toBe(200);

  await client.flushall();
  await until(async () => {
    const { status, body } = await ingress.ready();
    expect(status).toBe(503);
    expect(body.reasons?.join()).toMatch(/lost its data.*restart the ingress.*REDIS_DATA_LOSS=continue/);
  });

  expect((await post()).status).toBe(503);
  expect(await ingress.untilLog('redis.data_lost')).toMatchObject({ level: 'error' });
  expect(await ingress.metrics()).toMatch(/^gateway_redis_data_losses_total 1$/m);
  await using again = await startIngress({ REDIS_URL: redis.url });
  await until(async () => expect((await again.ready()).status).toBe(200));
});

test('a Redis that is set back to an earlier state is noticed, and a failover that loses the last moments is not', async () => {
  await using redis = await openTestRedis();
  const losses: DataLoss[] = [];
  let at = 0;
  const identity = createStoreIdentity({
    redis,
    now: () => at,
    onLoss: (loss) => {
      losses.push(loss);
      return 'stop';
    },
  });
  const checkFor = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      at += 1000;
      expect(await identity.check()).toBeUndefined();
    }
  };
  const setBack = (ticks: number) => redis.decrby(gatewayKeys.storeTicks, ticks);

  await checkFor(30);
  await setBack(5);
  await checkFor(30);
  // As long as there is no primary, nobody ticks.
  await setBack(5);
  at += 60_000;
  await checkFor(30);
  expect(losses).toEqual([]);

  await setBack(20);
  at += 1000;
  expect(await identity.check()).toMatch(/older data than before.*REDIS_DATA_LOSS=continue/);
  expect(losses).toEqual([{ kind: 'rolled_back', knownForMs: 150_000 }]);
  at += 1000;
  expect(await identity.check()).toMatch(/older data/);
  expect(losses).toHaveLength(1);
});

test('with REDIS_DATA_LOSS=continue it is told, and the ingress goes on', async () => {
  await using bundle = await setup({ REDIS_DATA_LOSS: 'continue' });
  const { ingress, client, post } = bundle;

  await client.flushall();
  await ingress.untilLog('redis.data_lost');
  await until(async () => expect((await post()).status).toBe(200));
});

test('a restart that keeps the data is no loss', async () => {
  await using bundle = await setup();
  const { ingress, redis, post } = bundle;

  await redis.kill();
  await redis.restart();
  await until(async () => expect((await post()).status).toBe(200));
  expect(await ingress.metrics()).toMatch(/^gateway_redis_data_losses_total 0$/m);
});
