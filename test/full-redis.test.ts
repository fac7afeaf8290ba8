import { expect, test } from 'vitest';
import { freshNumber, freshText, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { PROCESS_HANG_MS } from './support/hang.ts';
import { startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { startIngress, startWorker } from './support/services.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const LONG_TEXT = 'x'.repeat(1000);

test(
  'a Redis that fills up: the ingress stops in time, and all that was accepted is delivered',
  async () => {
    await using disposal = createDisposal();
    const redis = disposal.use(await startTestRedis({ mustControl: true }));
    const client = disposal.use(openRedis(redis.url));
    let requests = 0;
    const provider = disposal.use(
      await startScriptedProviderServer((response) => {
        requests += 1;
        response.writeHead(requests % 8 === 0 ? 503 : 200).end('{"id":"id-of-the-provider"}');
      }),
    );
    const env = {
      REDIS_URL: redis.url,
      PROVIDERS: 'http',
      HTTP_PROVIDER_URL: provider.url,
      HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
      SCREENING: 'off',
      MESSAGE_TTL: '10m',
    };
    const ingress = disposal.use(await startIngress(env));
    await until(async () => expect((await ingress.ready()).status).toBe(200));
    const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
    await client.config('SET', 'maxmemory', String(used + 5 * 1024 * 1024));

    const accepted: unknown[] = [];
    const post = () =>
      postSms(ingress.url, { body: { recipient: freshNumber(), body: `${freshText()} ${LONG_TEXT}` } });
    for (let isFull = false; !isFull; ) {
      const answers = await Promise.all(Array.from({ length: 10 }, post));
      for (const { status, body } of answers) if (status === 200) accepted.push(body['id']);
      isFull = answers.every(({ status }) => status === 503);
    }
    expect(accepted.length).toBeGreaterThan(50);
    await until(async () => {
      expect((await ingress.ready()).body.reasons?.join()).toMatch(/nearly full.*raise its maxmemory/);
    });

    const worker = disposal.use(await startWorker(env));
    for (const id of accepted) {
      const { outcome } = await untilConcluded(client, id);
      expect(outcome).toBe('sent');
    }
    expect((await worker.ready()).status).toBe(200);
  },
  2 * PROCESS_HANG_MS,
);

test('a worker says that Redis is full, and when it is not any more', async () => {
  await using disposal = createDisposal();
  const redis = disposal.use(await startTestRedis({ mustControl: true }));
  const client = disposal.use(openRedis(redis.url));
  const worker = disposal.use(await startWorker({ REDIS_URL: redis.url }));
  await until(async () => expect((await worker.ready()).status).toBe(200));

  await client.config('SET', 'maxmemory', '1');
  await until(async () => {
    const { status, body } = await worker.ready();
    expect(status).toBe(503);
    expect(body.reasons?.join()).toMatch(/full \(OOM\): raise its maxmemory/);
  });

  await client.config('SET', 'maxmemory', '0');
  await until(async () => expect((await worker.ready()).status).toBe(200));
});
