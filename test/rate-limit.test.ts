import { gatewayKeys } from '@sms-gateway/contract';
import { createRateLimit } from '@sms-gateway/delivery';
import { type RedisClient } from '@sms-gateway/redis';
import { expect, test } from 'vitest';
import { createDisposal } from './support/disposal.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';

async function redisTimeUs(redis: RedisClient): Promise<number> {
  // Strings, whatever their type says.
  const [seconds = 0, microseconds = 0] = (await redis.time()).map(Number);
  return seconds * 1_000_000 + microseconds;
}

/** Two workers with the same Redis. */
async function setup() {
  const disposal = createDisposal();
  const { url } = disposal.use(await startTestRedis());
  const clients = [disposal.use(openRedis(url)), disposal.use(openRedis(url))] as const;
  const [one, other] = clients.map((redis) => createRateLimit({ redis }));
  if (one === undefined || other === undefined) throw new Error('no clients');
  return { redis: clients[0], one, other, [Symbol.asyncDispose]: () => disposal.dispose() };
}

test('two workers together get what a second allows, and no more', async () => {
  await using bundle = await setup();
  const startedAtUs = await redisTimeUs(bundle.redis);

  const leaves = await Promise.all(
    Array.from({ length: 200 }, (_, index) => (index % 2 ? bundle.one : bundle.other).take('twilio', 20)),
  );

  const elapsedUs = (await redisTimeUs(bundle.redis)) - startedAtUs;
  const granted = leaves.filter((leave) => leave.granted).length;
  expect(granted).toBeGreaterThanOrEqual(20);
  expect(granted).toBeLessThanOrEqual(20 + Math.floor((20 * elapsedUs) / 1_000_000));
});

test('who is refused is told how long one message takes at that rate, and no longer', async () => {
  await using bundle = await setup();

  expect(await bundle.one.take('twilio', 0.1)).toEqual({ granted: true });
  const refused = await bundle.other.take('twilio', 0.1);

  expect(refused.granted).toBe(false);
  const waitMs = refused.granted ? 0 : refused.waitMs;
  expect(waitMs).toBeGreaterThan(5000);
  expect(waitMs).toBeLessThanOrEqual(10_000);
});

test('who is refused does not make the others wait longer', async () => {
  await using bundle = await setup();
  await bundle.one.take('twilio', 0.1);
  const due = await bundle.redis.get(gatewayKeys.rateLimit('twilio'));

  for (let index = 0; index < 10; index += 1) await bundle.other.take('twilio', 0.1);

  expect(await bundle.redis.get(gatewayKeys.rateLimit('twilio'))).toBe(due);
});

test('once the rate is kept again there is leave', async () => {
  await using bundle = await setup();
  await bundle.one.take('twilio', 0.1);
  await bundle.redis.set(gatewayKeys.rateLimit('twilio'), String(Date.now() * 1000));

  expect(await bundle.other.take('twilio', 0.1)).toEqual({ granted: true });
});

test('a clock set back by a failover makes nobody wait for longer than one message takes, and only once', async () => {
  await using bundle = await setup();
  const inAnHourUs = (await redisTimeUs(bundle.redis)) + 3_600_000_000;
  await bundle.redis.set(gatewayKeys.rateLimit('twilio'), String(inAnHourUs));

  expect(await bundle.one.take('twilio', 20)).toEqual({ granted: false, waitMs: 50 });

  const keptAgainAtUs = Number(await bundle.redis.get(gatewayKeys.rateLimit('twilio')));
  expect(keptAgainAtUs).toBeLessThanOrEqual((await redisTimeUs(bundle.redis)) + 1_000_000);
});

test('each provider has a rate of its own, and leaves nothing in Redis for long', async () => {
  await using bundle = await setup();
  await bundle.one.take('twilio', 0.5);

  expect(await bundle.one.take('vonage', 0.5)).toEqual({ granted: true });
  expect(await bundle.redis.pttl(gatewayKeys.rateLimit('twilio'))).toBeLessThanOrEqual(3001);
  expect(await bundle.redis.pttl(gatewayKeys.rateLimit('twilio'))).toBeGreaterThan(0);
});
