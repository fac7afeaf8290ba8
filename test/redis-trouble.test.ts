import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { startGateway } from './support/gateway.ts';
import { startIngress, startWorker } from './support/services.ts';
import { startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

/** A TCP proxy in front of a Redis, as a virtual address is: it can be pointed elsewhere, and can fall silent. */
async function startProxy(targetUrl: string) {
  let target = new URL(targetUrl);
  const pairs: [Socket, Socket][] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    pairs.push([client, upstream]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** New connections lead there; those that there are stay where they are. */
    pointTo: (url: string) => {
      target = new URL(url);
    },
    /** What is open now carries nothing any more, and nobody is told. */
    silence: () => {
      for (const [client, upstream] of pairs.splice(0)) {
        client.unpipe(upstream);
        upstream.unpipe(client);
        client.pause();
        upstream.pause();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const sockets of pairs) for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const httpEnv = (redisUrl: string, providerUrl: string) => ({
  REDIS_URL: redisUrl,
  PROVIDERS: 'http',
  HTTP_PROVIDER_URL: providerUrl,
  HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
});

test('after a failover behind one address, the ingress finds the new master by itself', async () => {
  const disposal = createDisposal();
  await using _disposal = { [Symbol.asyncDispose]: () => disposal.dispose() };
  const old = disposal.use(await startTestRedis({ mustControl: true }));
  const master = disposal.use(await startTestRedis({ mustControl: true }));
  const proxy = disposal.use(await startProxy(old.url));
  const ingress = disposal.use(await startIngress({ REDIS_URL: proxy.url }));
  await until(async () => expect((await ingress.ready()).status).toBe(200));

  const client = disposal.use(openRedis(old.url));
  const replica = disposal.use(openRedis(master.url));
  await replica.replicaof('127.0.0.1', Number(new URL(old.url).port));
  await until(async () => expect(await replica.info('replication')).toContain('master_link_status:up'));
  await replica.call('REPLICAOF', 'NO', 'ONE');
  proxy.pointTo(master.url);
  await client.replicaof('127.0.0.1', Number(new URL(master.url).port));

  await until(async () => expect((await postSms(ingress.url)).status).toBe(200));
});

test('a worker whose connections fell silent says so, makes new ones, and goes on', async () => {
  const disposal = createDisposal();
  await using _disposal = { [Symbol.asyncDispose]: () => disposal.dispose() };
  const redis = disposal.use(await startTestRedis({ mustControl: true }));
  const proxy = disposal.use(await startProxy(redis.url));
  const provider = disposal.use(await startScriptedProviderServer((response) => void response.end('{}')));
  const ingress = disposal.use(await startIngress({ REDIS_URL: redis.url }));
  const worker = disposal.use(await startWorker(httpEnv(proxy.url, provider.url)));
  await until(async () => expect((await ingress.ready()).status).toBe(200));
  await until(async () => expect((await worker.ready()).status).toBe(200));

  proxy.silence();
  await until(async () => expect((await worker.ready()).status).toBe(503));
  const answer = await postSms(ingress.url, { body: { recipient: freshNumber() } });

  const client = disposal.use(openRedis(redis.url));
  expect(await untilConcluded(client, answer.body['id'])).toMatchObject({ outcome: 'sent' });
  expect((await worker.ready()).status).toBe(200);
});

test('an answer that is known is written when Redis writes again, and the code is not sent twice', async () => {
  await using gateway = await startGateway({
    mustControl: true,
    env: { ON_UNKNOWN: 'give_up' },
    respond: (response) => {
      void gateway.client
        .config('SET', 'min-replicas-to-write', '1')
        .then(() => response.writeHead(200).end('{}'));
    },
  });
  await gateway.startWorker();

  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
  await until(() => expect(gateway.provider.requests).toHaveLength(1));
  await until(async () => expect((await gateway.ingress.ready()).status).toBe(503));
  await gateway.client.config('SET', 'min-replicas-to-write', '0');

  const trace = await untilConcluded(gateway.client, answer.body['id']);
  expect(trace).toMatchObject({ outcome: 'sent', attempts: [{ result: 'accepted' }] });
  expect(gateway.provider.requests).toHaveLength(1);
});

test('a worker that may not ask for INFO works all the same', async () => {
  await using gateway = await startGateway({ mustControl: true });
  await gateway.client.call('ACL', 'SETUSER', 'worker', 'on', '>pw', '~*', '&*', '+@all', '-info');
  const url = new URL(gateway.redis.url);
  url.username = 'worker';
  url.password = 'pw';
  const worker = await gateway.startWorker({ REDIS_URL: url.href });

  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });

  expect(await untilConcluded(gateway.client, answer.body['id'])).toMatchObject({ outcome: 'sent' });
  await worker.stop();
  expect(await worker.untilLog('worker.stopped')).toMatchObject({ drained: true });
});
