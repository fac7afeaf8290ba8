import { createServer } from 'node:net';
import { once } from 'node:events';
import { createConfigSource, loadIngressConfig, loadWorkerConfig } from '@sms-gateway/config';
import { expect, onTestFinished, test } from 'vitest';
import { PROVIDERS } from '../packages/providers/src/registry.ts';
import { startIngress } from '../services/ingress/src/start-ingress.ts';
import { startWorker } from '../services/worker/src/start-worker.ts';
import { auth0Token, postSms } from './support/auth0.ts';
import { baseEnv, SECRET } from './support/base-env.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const OTHER_SECRET = 'another-shared-secret-of-more-than-32-bytes';

function captureLog() {
  const lines: string[] = [];
  return {
    write: (line: string) => void lines.push(line),
    events: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
  };
}

const listenersOfProcess = () =>
  process.eventNames().map((name) => [name, process.listenerCount(name)] as const);

test('two ingresses and a worker share one process, log where they are told, and leave nothing open', async () => {
  await using redis = await startTestRedis({});
  using client = openRedis(redis.url);
  const env = { ...baseEnv, REDIS_URL: redis.url, PROVIDERS: 'simulator' };
  const listeners = listenersOfProcess();
  const logs = [captureLog(), captureLog(), captureLog()] as const;
  const [first, second, worker] = await Promise.all([
    startIngress(loadIngressConfig({ env, providers: PROVIDERS }), { destination: logs[0] }),
    startIngress(loadIngressConfig({ env, providers: PROVIDERS }), { destination: logs[1] }),
    startWorker(loadWorkerConfig({ env, providers: PROVIDERS }), { destination: logs[2] }),
  ]);
  const services = [first, second, worker];
  onTestFinished(async () => void (await Promise.all(services.map((service) => service.stop()))));
  await until(() => expect(services.map(({ readiness }) => readiness().ready)).toEqual([true, true, true]));

  for (const { port } of [first, second]) {
    const { status, body } = await postSms(`http://127.0.0.1:${port}`);
    expect(status).toBe(200);
    expect(await untilConcluded(client, body['id'])).toMatchObject({ outcome: 'sent' });
  }
  await Promise.all(services.map((service) => service.stop({ signal: 'SIGTERM' })));

  expect(logs[0].events()).toEqual(
    expect.arrayContaining(['ingress.started', 'request.completed', 'ingress.stopping', 'ingress.stopped']),
  );
  expect(logs[1].events().filter((event) => event === 'request.completed')).toHaveLength(1);
  expect(logs[2].events().filter((event) => event === 'message.concluded')).toHaveLength(2);
  expect(listenersOfProcess()).toEqual(listeners);
  expect(services.map(({ readiness }) => readiness().ready)).toEqual([false, false, false]);
  await expect(fetch(`http://127.0.0.1:${worker.adminPort}/healthz`)).rejects.toThrow();
  await until(async () => expect(await client.call('CLIENT', 'LIST')).not.toContain('sms-gateway-'));
});

test('a start that fails half-way leaves nothing open', async () => {
  await using redis = await startTestRedis({});
  using client = openRedis(redis.url);
  const holder = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void holder.close());
  await once(holder, 'listening');
  const address = holder.address();
  const PORT = String(typeof address === 'object' ? address?.port : undefined);
  const env = { ...baseEnv, REDIS_URL: redis.url, LOG_LEVEL: 'silent' };

  await expect(
    startIngress(loadIngressConfig({ env: { ...env, PORT }, providers: PROVIDERS })),
  ).rejects.toThrow(/is in use/);
  await expect(
    startWorker(
      loadWorkerConfig({
        env: { ...env, ADMIN_PORT: PORT, PROVIDERS: 'simulator' },
        providers: PROVIDERS,
      }),
    ),
  ).rejects.toThrow(/is in use/);

  await until(async () => expect(await client.call('CLIENT', 'LIST')).not.toContain('sms-gateway-'));
});

test('takes a reload from where the configuration came from', async () => {
  await using redis = await startTestRedis({});
  const env = { ...baseEnv, REDIS_URL: redis.url };
  const source = createConfigSource(() => loadIngressConfig({ env, providers: PROVIDERS }));
  const log = captureLog();
  const ingress = await startIngress(source.load(), { source, destination: log });
  onTestFinished(() => ingress.stop());
  await until(() => expect(ingress.readiness().ready).toBe(true));

  env.AUTH0_SECRET = OTHER_SECRET;
  ingress.reload();
  await until(() => expect(log.events()).toContain('config.reloaded'));

  const statusWith = async (secret: string) =>
    (await postSms(`http://127.0.0.1:${ingress.port}`, { token: await auth0Token({ secret }) })).status;
  expect(await statusWith(OTHER_SECRET)).toBe(200);
  expect(await statusWith(SECRET)).toBe(401);
});
