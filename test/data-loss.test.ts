import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { startIngress } from './support/services.ts';
import { startTestRedis } from './support/test-redis.ts';
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
