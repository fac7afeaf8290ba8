import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { findExecutable } from '../packages/dev-redis/src/find-executable.ts';
import { freePort } from '../packages/dev-redis/src/ports.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { guardChild } from './support/guardian.ts';
import { type GatewayProcess, startIngressProcess } from './support/processes.ts';
import { startTestRedis } from './support/test-redis.ts';
import { until } from './support/until.ts';

const haproxy = findExecutable(['haproxy'], `${process.env['PATH']}:/usr/sbin:/usr/local/sbin`);

const ROLLS = 10;
/** Milliseconds; more than the proxy needs to see that an ingress is not ready, or ready again. */
const SEEN_MS = 1500;
const REQUESTS_PER_SECOND = 200;

/** HAProxy with the shipped configuration, but for the addresses, which it finds by DNS in containers. */
async function startProxy(ingresses: { port: number; adminPort: number }[]) {
  const directory = await mkdtemp(join(tmpdir(), 'sms-gateway-haproxy-'));
  const port = await freePort();
  const shipped = await readFile(new URL('../deploy/haproxy/haproxy.cfg', import.meta.url), 'utf8');
  const servers = ingresses.map(
    (ingress, index) =>
      `  server ingress-${index} 127.0.0.1:${ingress.port} check port ${ingress.adminPort} inter 1s fastinter 500ms fall 1 rise 1`,
  );
  const config = shipped
    .replace('bind :8080\n', `bind 127.0.0.1:${port}\n`)
    .replace(/^resolvers docker\n(?: .*\n)+/m, '')
    .replace(/^ {2}default-server .*\n/m, '')
    .replace(/^ {2}server-template .*\n/m, `${servers.join('\n')}\n`);
  const file = join(directory, 'haproxy.cfg');
  await writeFile(file, config);
  const child = guardChild(
    spawn(String(haproxy), ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  const ended = new Promise((resolve) => void child.once('exit', resolve));
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return {
    url: `http://127.0.0.1:${port}`,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

test.skipIf(haproxy === undefined)(
  'behind a proxy that asks for readiness, rolling the ingress under load fails no request',
  async () => {
    await using disposal = createDisposal();
    const redis = disposal.use(await startTestRedis());
    const places = await Promise.all(
      [0, 1].map(async () => ({ port: await freePort(), adminPort: await freePort() })),
    );
    const start = async ({ port, adminPort }: { port: number; adminPort: number }) =>
      disposal.use(
        await startIngressProcess({
          REDIS_URL: redis.url,
          PORT: String(port),
          ADMIN_PORT: String(adminPort),
          SHUTDOWN_DELAY: `${SEEN_MS}ms`,
          // The load comes from few numbers that are not those of people.
          SCREENING: 'off',
        }),
      );
    const ingresses: GatewayProcess[] = await Promise.all(places.map(start));
    await until(async () => {
      for (const ingress of ingresses) expect((await ingress.ready()).status).toBe(200);
    });
    const proxy = disposal.use(await startProxy(places));
    await until(async () => expect((await postSms(proxy.url)).status, proxy.errors()).toBe(200));

    const answers = new Map<number | string, number>();
    const under = new Set<Promise<void>>();
    const over = new AbortController();
    const load = (async () => {
      while (!over.signal.aborted) {
        const request = postSms(proxy.url, { body: { recipient: freshNumber() } })
          .then(
            ({ status }) => status,
            (error: unknown) => String(error instanceof Error ? error.cause : error),
          )
          .then((status) => void answers.set(status, (answers.get(status) ?? 0) + 1))
          .finally(() => under.delete(request));
        under.add(request);
        await delay(1000 / REQUESTS_PER_SECOND);
      }
      await Promise.all(under);
    })();

    for (let roll = 0; roll < ROLLS; roll += 1) {
      const at = roll % ingresses.length;
      const [old, place] = [ingresses[at], places[at]];
      if (old === undefined || place === undefined) throw new Error('no ingress');
      old.signal('SIGTERM');
      expect(await old.exited).toBe(0);
      const next = await start(place);
      ingresses[at] = next;
      await until(async () => expect((await next.ready()).status).toBe(200));
      // As long as an update waits for the new one to be taken in.
      await delay(SEEN_MS);
    }
    over.abort();
    await load;

    expect([...answers.keys()], JSON.stringify([...answers])).toEqual([200]);
    expect(answers.get(200)).toBeGreaterThan(ROLLS * 200);
  },
  180_000,
);

test('after SIGTERM the ingress is not ready at once, and answers until the delay is over', async () => {
  await using redis = await startTestRedis();
  await using ingress = await startIngressProcess({ REDIS_URL: redis.url, SHUTDOWN_DELAY: '2s' });
  await until(async () => expect((await ingress.ready()).status).toBe(200));

  ingress.signal('SIGTERM');
  await until(async () => expect((await ingress.ready()).status).toBe(503));
  const answer = await postSms(ingress.url, { body: { recipient: freshNumber() } });

  expect(answer.status).toBe(200);
  expect(answer.headers.get('connection')).toBe('close');
  expect(await ingress.exited).toBe(0);
});
