import { describe, expect, test } from 'vitest';
import type { RedisBinary } from '../packages/dev-redis/src/fetch-debian-redis.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { type Service, startIngress, startWorker } from './support/services.ts';
import { refusingUrl, startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { enginesToControl, startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { PROCESS_HANG_MS } from './support/hang.ts';
import { until } from './support/until.ts';

/** What the contract allows for an answer that is not 200. */
const ANSWER_WITHIN_MS = 5000;

type Options = { settings?: Record<string, string>; env?: Record<string, string> };

async function setupOn(binary: RedisBinary | undefined, { settings = {}, env = {} }: Options = {}) {
  const disposal = createDisposal();
  const redis = disposal.use(await startTestRedis({ settings, mustControl: true, binary }));
  const client = disposal.use(openRedis(redis.url));
  const ingress = disposal.use(await startIngress({ REDIS_URL: redis.url, ...env }));
  return {
    redis,
    client,
    ingress,
    use: <T extends AsyncDisposable | Disposable>(resource: T) => disposal.use(resource),
    [Symbol.asyncDispose]: () => disposal.dispose(),
  };
}

const untilReady = (ingress: Service) => until(async () => expect((await ingress.ready()).status).toBe(200));
const untilNotReady = (ingress: Service, reason: RegExp) =>
  until(async () => {
    const { status, body } = await ingress.ready();
    expect(status).toBe(503);
    expect(body.reasons?.join()).toMatch(reason);
  });

async function expectRefused(ingress: Service): Promise<void> {
  const answer = await Promise.race([
    postSms(ingress.url, { body: { recipient: freshNumber() } }),
    new Promise<never>((_resolve, reject) => {
      setTimeout(reject, ANSWER_WITHIN_MS, new Error('no answer in time')).unref();
    }),
  ]);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toMatch(/^[1-9][0-9]*$/);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
}

async function expectAccepted(ingress: Service): Promise<void> {
  expect((await postSms(ingress.url, { body: { recipient: freshNumber() } })).status).toBe(200);
}

describe.each(enginesToControl())('on $name', ({ binary }) => {
  const setup = (options?: Options) => setupOn(binary, options);

  describe('with DURABILITY=fsync, a Redis that would lose messages gets none:', () => {
    test.each([
      ['appendonly', 'no', 'yes', /append-only file: set "appendonly yes"/],
      ['appendfsync', 'everysec', 'always', /set "appendfsync always"/],
      ['no-appendfsync-on-rewrite', 'yes', 'no', /set "no-appendfsync-on-rewrite no"/],
      ['maxmemory-policy', 'allkeys-lru', 'noeviction', /set "maxmemory-policy noeviction"/],
    ])('%s %s, at start and changed at run time', async (name, unfit, fit, reason) => {
      await using gateway = await setup({ settings: { [name]: unfit } });
      await untilNotReady(gateway.ingress, reason);
      await expectRefused(gateway.ingress);

      await gateway.client.config('SET', name, fit);
      await untilReady(gateway.ingress);
      await expectAccepted(gateway.ingress);

      await gateway.client.config('SET', name, unfit);
      await untilNotReady(gateway.ingress, reason);
      await expectRefused(gateway.ingress);
    });

    test('a replica, until it is a master again', async () => {
      await using gateway = await setup();
      await untilReady(gateway.ingress);

      await gateway.client.call('REPLICAOF', '127.0.0.1', '1');
      await untilNotReady(gateway.ingress, /point REDIS_URL at the master/);
      await expectRefused(gateway.ingress);

      await gateway.client.call('REPLICAOF', 'NO', 'ONE');
      await untilReady(gateway.ingress);
      await expectAccepted(gateway.ingress);
    });

    test('one that is full', async () => {
      await using gateway = await setup();
      await untilReady(gateway.ingress);

      await gateway.client.config('SET', 'maxmemory', '1');
      await expectRefused(gateway.ingress);

      await gateway.client.config('SET', 'maxmemory', '0');
      await untilReady(gateway.ingress);
      await expectAccepted(gateway.ingress);
    });

    test('one that hides its configuration, unless the operator vouches for it', async () => {
      await using gateway = await setup();
      await gateway.client.call('ACL', 'SETUSER', 'default', '-config');

      await untilNotReady(gateway.ingress, /DURABILITY=managed/);

      const managed = gateway.use(
        await startIngress({ REDIS_URL: gateway.redis.url, DURABILITY: 'managed' }),
      );
      await untilReady(managed);
      await expectAccepted(managed);
    });
  });

  test('DURABILITY=none takes what fsync refuses, and says so at start', async () => {
    await using gateway = await setup({ settings: { appendonly: 'no' }, env: { DURABILITY: 'none' } });

    await untilReady(gateway.ingress);

    await expectAccepted(gateway.ingress);
    const warning = await gateway.ingress.untilLog('config.warning', (line) =>
      String(line['warning']).startsWith('DURABILITY'),
    );
    expect(warning.level).toBe('warn');
  });

  test('DURABILITY=replicated takes messages only while enough replicas have them', async () => {
    await using gateway = await setup({ env: { DURABILITY: 'replicated', DURABILITY_REPLICAS: '1' } });
    await untilNotReady(gateway.ingress, /0 replicas online, DURABILITY_REPLICAS asks for 1/);
    await expectRefused(gateway.ingress);

    const replica = gateway.use(await startTestRedis({ mustControl: true }));
    const replicaClient = gateway.use(openRedis(replica.url));
    await replicaClient.call('REPLICAOF', '127.0.0.1', new URL(gateway.redis.url).port);
    // A replica that has no CPU for a moment costs a 503, after which callers try again.
    await until(() => expectAccepted(gateway.ingress));

    await replica.pause();
    await expectRefused(gateway.ingress);

    await replica.resume();
    await until(() => expectAccepted(gateway.ingress));
  });

  describe('a Redis that is away is answered with 503 at once, and nothing needs a restart when it is back:', () => {
    test('away at start', async () => {
      const url = refusingUrl();
      await using ingress = await startIngress({ REDIS_URL: url.replace('http', 'redis') });

      await untilNotReady(ingress, /Redis/);
      await expectRefused(ingress);
    });

    test('killed and restarted', async () => {
      await using gateway = await setup();
      await untilReady(gateway.ingress);

      await gateway.redis.kill();
      await expectRefused(gateway.ingress);
      await untilNotReady(gateway.ingress, /Redis cannot be reached/);

      await gateway.redis.restart();
      await untilReady(gateway.ingress);
      await expectAccepted(gateway.ingress);
    });

    test('frozen', async () => {
      await using gateway = await setup();
      await untilReady(gateway.ingress);

      await gateway.redis.pause();
      await Promise.all(Array.from({ length: 20 }, () => expectRefused(gateway.ingress)));
      await untilNotReady(gateway.ingress, /Redis/);
      await expectRefused(gateway.ingress);

      await gateway.redis.resume();
      await untilReady(gateway.ingress);
      await expectAccepted(gateway.ingress);
    });
  });

  test('nothing that was answered 200 is lost when Redis is killed again and again under load', async () => {
    await using provider = await startScriptedProviderServer((response) => response.writeHead(200).end('{}'));
    await using gateway = await setup();
    await untilReady(gateway.ingress);
    const env = {
      REDIS_URL: gateway.redis.url,
      PROVIDERS: 'http',
      HTTP_PROVIDER_URL: provider.url,
      HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
    };
    const worker = gateway.use(await startWorker(env));
    const accepted: string[] = [];
    let refused = 0;
    const over = new AbortController();
    const clients = Array.from({ length: 16 }, async () => {
      while (!over.signal.aborted) {
        const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
        if (answer.status === 200) accepted.push(String(answer.body['id']));
        else {
          expect(answer.status).toBe(503);
          refused += 1;
        }
      }
    });
    for (let round = 1; round <= 3; round += 1) {
      const before = accepted.length;
      await until(() => expect(accepted.length).toBeGreaterThan(before + 100), {
        timeoutMs: PROCESS_HANG_MS,
      });
      await gateway.redis.kill();
      await gateway.redis.restart();
    }
    over.abort();
    await Promise.all(clients);

    const traces = await Promise.all(accepted.map((id) => untilConcluded(gateway.client, id)));

    expect(refused).toBeGreaterThan(0);
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(traces.map((trace) => trace.outcome)).toEqual(accepted.map(() => 'sent'));
    const sentIds = new Set(
      provider.requests.map(({ body }) => String((JSON.parse(body) as Record<string, unknown>)['id'])),
    );
    expect(accepted.filter((id) => !sentIds.has(id))).toEqual([]);
    const concluded = worker.logLines().filter((line) => line.msg === 'message.concluded');
    expect(new Set(concluded.map((line) => line['messageId'])).size).toBe(concluded.length);
  });
});
