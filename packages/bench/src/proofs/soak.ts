import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createTraceReader } from '@sms-gateway/delivery';
import { createRandom } from '../random.ts';
import { median } from '../statistics.ts';
import { startRedisUnderTest } from './crashes/redis-under-test.ts';
import { prepareGateway } from './gateway-processes.ts';
import { postCode } from './post-code.ts';
import type { ProofContext, Verdict } from './proof.ts';

const MESSAGES_A_SECOND = 20;
const SAMPLE_EVERY_MS = 1000;
/** Milliseconds, longer than any message lives. */
const PATIENCE_MS = 240_000;
/** What a process may have grown between the second and the last quarter of the run. */
const GROWTH = { factor: 1.25, bytes: 20 * 1024 * 1024 };

/** Steady traffic for as long as there is time, to a provider that takes its time and fails now and then. */
export async function proveSoak(context: ProofContext): Promise<Verdict> {
  const { seed, hasTime, directory, say } = context;
  const random = createRandom(seed);
  await using redis = await startRedisUnderTest(context.redis, context);
  await using provider = await startSteadyProvider(random);
  await using gateway = await prepareGateway(directory);
  // It is more than a tenant sends from one place in an hour.
  gateway.configure({ ...redis.env, ...provider.env, SCREENING: 'record' });
  for (const service of ['ingress', 'worker', 'worker'] as const) await gateway.start(service);

  const accepted: string[] = [];
  const posts = new Set<Promise<void>>();
  const memory = new Map(gateway.running().map(({ program }) => [program, [] as number[]]));
  let refused = 0;
  let nextSampleAt = 0;
  async function postOne(number: number): Promise<void> {
    const { status, id } = await postCode(gateway.url, gateway.auth0, number);
    if (status === 200 && id !== undefined) accepted.push(id);
    else refused += 1;
  }
  for (let number = 1; number === 1 || hasTime(); number += 1) {
    const post = postOne(number);
    posts.add(post);
    void post.finally(() => posts.delete(post));
    if (performance.now() >= nextSampleAt) {
      nextSampleAt = performance.now() + SAMPLE_EVERY_MS;
      for (const [program, samples] of memory) samples.push((await program.usage()).rssBytes);
    }
    await delay((1000 / MESSAGES_A_SECOND) * 2 * random());
  }
  await Promise.all(posts);

  const violations: string[] = [];
  if (refused > 0) violations.push(`${refused} messages were refused`);
  const reader = createTraceReader({ redis: redis.client });
  const deadline = performance.now() + PATIENCE_MS;
  const toSentMs: number[] = [];
  for (const id of accepted) {
    let trace = await reader.read(id);
    while (trace?.outcome === undefined && performance.now() < deadline) {
      await delay(50);
      trace = await reader.read(id);
    }
    if (trace?.outcome !== 'sent') violations.push(`${id} came to ${trace?.outcome ?? 'no outcome'}`);
    else if ((trace.outcomeAt ?? 0) > trace.deadline) violations.push(`${id} was sent after its deadline`);
    else toSentMs.push((trace.outcomeAt ?? 0) - trace.acceptedAt);
    const times = provider.taken.get(id) ?? 0;
    if (times !== 1) violations.push(`${id} was taken by the provider ${times} times`);
  }
  for (const [program, samples] of memory) {
    const quarter = Math.floor(samples.length / 4);
    const [before, after] = [median(samples.slice(quarter, 2 * quarter)), median(samples.slice(-quarter))];
    if (quarter > 0 && after > before * GROWTH.factor + GROWTH.bytes)
      violations.push(`process ${program.child.pid} grew from ${megabytes(before)} to ${megabytes(after)}`);
  }
  say(`  ${accepted.length} messages`);
  const last = [...memory.values()].map((samples) => megabytes(samples.at(-1) ?? 0));
  return {
    facts: [
      `${accepted.length} messages answered 200, all looked up`,
      `accepted to sent: median ${Math.round(median(toSentMs))} ms, at most ${Math.max(0, ...toSentMs)} ms`,
      `memory (RSS) at the end of ingress and workers: ${last.join(', ')}`,
    ],
    violations,
  };
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`;

/** Takes most at once, refuses one in twenty for now, and remembers which messages it took. */
async function startSteadyProvider(random: () => number) {
  const taken = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string };
      if (random() < 0.05) return void response.writeHead(503).end('{}');
      taken.set(id, (taken.get(id) ?? 0) + 1);
      setTimeout(() => response.writeHead(200).end('{}'), 50 * random());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, so the address is no pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    taken,
    env: {
      PROVIDERS: 'http',
      HTTP_PROVIDER_URL: `http://127.0.0.1:${port}`,
      HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
