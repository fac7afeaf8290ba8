import { randomBytes, randomInt } from 'node:crypto';
import { createTraceReader } from '@sms-gateway/delivery';
import { type RedisClient } from '@sms-gateway/redis';
import { expect, test } from 'vitest';
import { freePort } from '../packages/dev-redis/src/ports.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { acceptTwilio, callbackOf, callBackUntilTaken, twilioEnv } from './support/fake-twilio.ts';
import {
  type GatewayProcess,
  startIngressProcess as startIngress,
  startWorkerProcess as startWorker,
} from './support/processes.ts';
import { type ReceivedRequest, startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { PROCESS_HANG_MS } from './support/hang.ts';
import { until } from './support/until.ts';

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

test('whatever is killed whenever: every message that was answered 200 has one outcome, and the providers’ own records agree', async () => {
  const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
  process.stderr.write(`crash test: CRASH_SEED=${seed} plays this run again\n`);
  const random = createRandom(seed);
  const disposal = createDisposal();
  await using _disposal = { [Symbol.asyncDispose]: () => disposal.dispose() };

  const over = new AbortController();
  const ingressPort = await freePort();
  const url = `http://127.0.0.1:${ingressPort}`;
  const receipts: Promise<void>[] = [];
  /** Most of what Twilio took gets a receipt, also where its answer was lost; a part of them says undelivered. */
  const sendReceipt = (request: ReceivedRequest, sid: string) => {
    const draw = random();
    if (draw < 0.15) return;
    const fields: Record<string, string> =
      draw < 0.5 ? { MessageStatus: 'undelivered', ErrorCode: '30003' } : { MessageStatus: 'delivered' };
    receipts.push(callBackUntilTaken(url, callbackOf(request), { ...fields, MessageSid: sid }, over.signal));
  };
  const twilio = disposal.use(
    await startScriptedProviderServer((response, request) => {
      const draw = random();
      const sid = `SM${randomBytes(16).toString('hex')}`;
      if (draw < 0.6) {
        acceptTwilio(sid)(response, request);
        sendReceipt(request, sid);
      } else if (draw < 0.8) response.writeHead(503).end('{}');
      else {
        response.socket?.resetAndDestroy();
        if (draw < 0.9) sendReceipt(request, sid);
      }
    }),
  );
  const http = disposal.use(
    await startScriptedProviderServer((response) => {
      const draw = random();
      if (draw < 0.7) response.writeHead(200).end('{}');
      else if (draw < 0.85) response.writeHead(503).end('{}');
      else if (draw < 0.95) response.socket?.resetAndDestroy();
      else setTimeout(() => response.writeHead(200).end('{}'), 300);
    }),
  );
  const redis = disposal.use(await startTestRedis({ mustControl: true }));
  const client = disposal.use(openRedis(redis.url));
  const env = {
    REDIS_URL: redis.url,
    PROVIDERS: 'twilio,http',
    ...twilioEnv(twilio.url),
    HTTP_PROVIDER_URL: http.url,
    HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
    PORT: String(ingressPort),
  };
  const start = { ingress: () => startIngress(env), worker: () => startWorker(env) };
  const running: { kind: keyof typeof start; process: GatewayProcess }[] = [];
  const launch = async (kind: keyof typeof start) =>
    void running.push({ kind, process: disposal.use(await start[kind]()) });
  await Promise.all([launch('ingress'), launch('worker'), launch('worker')]);

  const accepted: string[] = [];
  const isEnough = new AbortController();
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!isEnough.signal.aborted) {
      // While the ingress is away there is nobody to answer.
      const answer = await postSms(url, { body: { recipient: freshNumber() } }).catch(() => undefined);
      if (answer?.status === 200) accepted.push(String(answer.body['id']));
    }
  });

  for (let round = 1; round <= ROUNDS; round += 1) {
    const before = accepted.length;
    await until(() => expect(accepted.length).toBeGreaterThan(before + MESSAGES_PER_ROUND), {
      timeoutMs: PROCESS_HANG_MS,
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
  isEnough.abort();
  await Promise.all(clients);
  const traces = await Promise.all(accepted.map((id) => untilConcluded(client, id)));
  await Promise.all(receipts);
  over.abort();
  // A receipt may have put a message back: what counts is how things are once nothing is left to do.
  await until(async () => expect(await unfinished(client)).toBe(0));

  const record = new Map<string, string[]>();
  const note = (id: string, provider: string) => record.set(id, [...(record.get(id) ?? []), provider]);
  for (const { body } of http.requests) note((JSON.parse(body) as { id: string }).id, 'http');
  for (const request of twilio.requests) {
    note(callbackOf(request).split('/').at(-1)?.split('.')[0] ?? '', 'twilio');
  }
  const reader = createTraceReader({ redis: client });
  for (const { id, outcome, outcomeAt } of traces) {
    const trace = await reader.read(id);
    if (trace === undefined) throw new Error(`the trace of ${id} is gone`);
    const { attempts } = trace;
    const told = `${id}: ${attempts.map((a) => `${a.provider} ${a.result} ${a.receipt?.status ?? ''}`).join(', ')} → ${trace.outcome} (${trace.reason})`;
    // One outcome, which nothing changes.
    expect([trace.outcome, trace.outcomeAt], told).toEqual([outcome, outcomeAt]);
    expect(
      attempts.map(({ result }) => result),
      told,
    ).not.toContain(undefined);
    // Three unknown outcomes are the one way to fail with these providers.
    const unknown = attempts.filter(({ result }) => result === 'unknown').length;
    const wasTaken = attempts.some(({ result, receipt }) => result === 'accepted' || receipt);
    if (outcome === 'failed') expect(unknown, told).toBeGreaterThanOrEqual(3);
    else expect(wasTaken, told).toBe(true);
    // What Twilio could not deliver went on to the other provider, unless another attempt was delivered.
    const isDelivered = attempts.some(({ receipt }) => receipt?.status === 'delivered');
    const isLeftUndelivered = attempts.at(-1)?.receipt?.isCurable === true && !isDelivered;
    if (outcome === 'sent') expect(isLeftUndelivered, told).toBe(false);
    // Twice only where one was unknown, or known not to have arrived.
    const arrived = attempts.filter(
      ({ result, receipt }) =>
        (result === 'accepted' && !receipt?.isCurable) || receipt?.status === 'delivered',
    ).length;
    expect(arrived, told).toBeLessThanOrEqual(1 + unknown);
    for (const provider of ['twilio', 'http']) {
      const here = attempts.filter((attempt) => attempt.provider === provider);
      // An unknown attempt may have reached the provider or not; every other one has, once.
      const requests = record.get(id)?.filter((name) => name === provider).length ?? 0;
      expect(requests, told).toBeGreaterThanOrEqual(here.filter(({ result }) => result !== 'unknown').length);
      expect(requests, told).toBeLessThanOrEqual(here.length);
    }
  }
  // Nothing was sent that nobody wrote down: also what was never answered 200 has a trace that tells of it.
  for (const [id, sent] of record) {
    expect((await reader.read(id))?.attempts.length ?? 0, id).toBeGreaterThanOrEqual(sent.length);
  }
}, 240_000);

/** Messages that are waiting, delayed or in hand. */
async function unfinished(client: RedisClient): Promise<number> {
  const [waiting, delayed, active] = await Promise.all([
    client.llen('{gateway}:sms:wait'),
    client.zcard('{gateway}:sms:delayed'),
    client.llen('{gateway}:sms:active'),
  ]);
  return waiting + delayed + active;
}
