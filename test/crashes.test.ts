import { randomInt } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { freePort } from '../packages/cli/src/ports.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { type GatewayProcess, startIngress, startWorker } from './support/processes.ts';
import { type Respond, startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';

const ROUNDS = 8;
const CLIENTS = 8;
/** Accepted messages between two crashes. */
const MESSAGES_PER_ROUND = 40;

/** A small generator with a seed (mulberry32), so that a run can be had again. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('whatever is killed whenever: every message that was answered 200 has one outcome, and the provider’s own record agrees', async () => {
  const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
  process.stderr.write(`crash test: CRASH_SEED=${seed} plays this run again\n`);
  const random = createRandom(seed);
  const disposal = createDisposal();
  await using _disposal = { [Symbol.asyncDispose]: () => disposal.dispose() };

  const respond: Respond = (response) => {
    const draw = random();
    if (draw < 0.7) response.writeHead(200).end('{}');
    else if (draw < 0.85) response.writeHead(503).end('{}');
    else if (draw < 0.95) response.socket?.resetAndDestroy();
    else setTimeout(() => response.writeHead(200).end('{}'), 300);
  };
  const provider = disposal.use(await startScriptedProviderServer(respond));
  const redis = disposal.use(await startTestRedis({ mustControl: true }));
  const client = disposal.use(openRedis(redis.url));
  const env = {
    REDIS_URL: redis.url,
    PROVIDERS: 'http',
    HTTP_PROVIDER_URL: provider.url,
    HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
    PORT: String(await freePort()),
  };
  const start = { ingress: () => startIngress(env), worker: () => startWorker(env) };
  const running: { kind: keyof typeof start; process: GatewayProcess }[] = [];
  const launch = async (kind: keyof typeof start) =>
    void running.push({ kind, process: disposal.use(await start[kind]()) });
  await Promise.all([launch('ingress'), launch('worker'), launch('worker')]);

  const accepted: string[] = [];
  const over = new AbortController();
  const url = `http://127.0.0.1:${env.PORT}`;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!over.signal.aborted) {
      // While the ingress is away there is nobody to answer.
      const answer = await postSms(url, { body: { recipient: freshNumber() } }).catch(() => undefined);
      if (answer?.status === 200) accepted.push(String(answer.body['id']));
    }
  });

  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = accepted.length;
    await vi.waitFor(() => expect(accepted.length).toBeGreaterThan(before + MESSAGES_PER_ROUND), {
      timeout: 30_000,
    });
    const victim = Math.floor(random() * (running.length + 1));
    const [struck] = running.splice(victim, 1);
    if (struck === undefined) {
      await redis.kill();
      await redis.restart();
    } else {
      struck.process.signal('SIGKILL');
      await struck.process.exited;
      await launch(struck.kind);
    }
  }
  over.abort();
  await Promise.all(clients);

  const traces = await Promise.all(accepted.map((id) => untilConcluded(client, id)));
  const deliveries = new Map<string, number>();
  for (const { body } of provider.requests) {
    const { id } = JSON.parse(body) as { id: string };
    deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
  }
  for (const trace of traces) {
    const attempts = trace.attempts.map(({ result }) => result);
    const unknown = attempts.filter((result) => result === 'unknown').length;
    const told = `${trace.id}: ${attempts.join(',')} → ${trace.outcome} (${trace.reason})`;
    // Three unknown outcomes are the one way to fail with this provider.
    expect(trace.outcome, told).toBe(unknown < 3 ? 'sent' : 'failed');
    expect(attempts, told).not.toContain(undefined);
    expect(attempts.filter((result) => result === 'accepted').length, told).toBe(unknown < 3 ? 1 : 0);
    // An unknown attempt may have reached the provider or not; every other one has, once.
    const known = attempts.length - unknown;
    expect(deliveries.get(trace.id) ?? 0, told).toBeGreaterThanOrEqual(known);
    expect(deliveries.get(trace.id) ?? 0, told).toBeLessThanOrEqual(attempts.length);
  }
}, 180_000);
