import { expect, onTestFinished, test } from 'vitest';
import { loadIngressConfig, loadWorkerConfig } from '@sms-gateway/config';
import { PROVIDERS } from '../packages/providers/src/registry.ts';
import { startIngress } from '../services/ingress/src/start-ingress.ts';
import { startWorker } from '../services/worker/src/start-worker.ts';
import { auth0Token, freshNumber, postSms } from './support/auth0.ts';
import { baseEnv } from './support/base-env.ts';
import { runToEnd, startIngressProcess, startWorkerProcess } from './support/processes.ts';
import { startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';
import { until } from './support/until.ts';

const IN_HAND = 30;

test('a worker with many messages in hand makes Node warn of nothing', async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error) => void warnings.push(name);
  process.on('warning', note);
  onTestFinished(() => void process.off('warning', note));
  const held: (() => void)[] = [];
  await using redis = await startTestRedis({});
  await using provider = await startScriptedProviderServer((response) => {
    held.push(() => void response.writeHead(200).end('{}'));
  });
  const env = {
    ...baseEnv,
    REDIS_URL: redis.url,
    PROVIDERS: 'http',
    HTTP_PROVIDER_URL: provider.url,
    HTTP_PROVIDER_TOKEN: 'a-token-of-the-provider',
    LOG_LEVEL: 'silent',
    SHUTDOWN_TIMEOUT: '2s',
  };
  const ingress = await startIngress(loadIngressConfig({ env, providers: PROVIDERS }));
  onTestFinished(() => ingress.stop());
  const worker = await startWorker(loadWorkerConfig({ env, providers: PROVIDERS }));
  onTestFinished(() => worker.stop());
  await until(() => expect(ingress.readiness().ready).toBe(true));

  const token = await auth0Token();
  const url = `http://127.0.0.1:${ingress.port}`;
  await Promise.all(
    Array.from({ length: IN_HAND }, () => postSms(url, { token, body: { recipient: freshNumber() } })),
  );
  await until(() => expect(held).toHaveLength(IN_HAND));
  for (const release of held) release();

  expect(warnings).toEqual([]);
});

test('what libraries print about a Redis that allows little is a log line too', async () => {
  await using redis = await startTestRedis({ mustControl: true });
  using client = openRedis(redis.url);
  await client.call('ACL', 'SETUSER', 'gateway', 'on', '>canary-word', '~*', '&*', '+@all', '-info');
  const url = redis.url.replace('://', '://gateway:canary-word@');
  await using ingress = await startIngressProcess({ REDIS_URL: url });
  await using worker = await startWorkerProcess({ REDIS_URL: url });

  for (const service of [ingress, worker]) {
    await service.untilLog('process.console', ({ detail }) => String(detail).includes('INFO command fails'));
    const lines = service.output().trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
      lines.map(() => expect.objectContaining({ level: expect.any(String), msg: expect.any(String) })),
    );
    expect(service.output()).not.toContain('canary-word');
  }
});

test.each(['ingress', 'worker'] as const)(
  'a bad ADMIN_HOST ends the %s with 78, and is not repeated',
  async (service) => {
    const { code, output } = await runToEnd(service, {
      ...baseEnv,
      PROVIDERS: 'console',
      ADMIN_HOST: 'sk_live_canary.invalid',
    });

    expect(code).toBe(78);
    expect(output).toContain('ADMIN_HOST: not an address of this machine');
    expect(output).not.toContain('canary');
  },
);
