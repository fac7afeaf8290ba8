import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { auth0Token, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { series } from './support/series.ts';
import { type Service } from './support/services.ts';
import { exchangeRaw, httpRequest } from './support/raw-http.ts';
import type { Respond } from './support/scripted-provider-server.ts';
import { untilConcluded } from './support/traces.ts';

const NUMBER = '+14155550123';
const CODE = '83927461';

type Sample = { name: string; labels: Record<string, string>; value: number };

/** Every sample of a Prometheus text (https://prometheus.io/docs/instrumenting/exposition_formats/). */
function samples(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, label = '', written = '']) => [label, written])),
        value: Number(value),
      };
    });
}

/** The type of a metric and the names of its labels, but for `le`; undefined where there is none. */
function shapeOf(text: string, name: string): { type: string | undefined; labels: string[] } | undefined {
  const type = new RegExp(`^# TYPE ${name} (\\w+)$`, 'm').exec(text)?.[1];
  const own = samples(text).filter(
    (sample) => sample.name === (type === 'histogram' ? `${name}_bucket` : name),
  );
  if (own.length === 0) return undefined;
  return {
    type,
    labels: [...new Set(own.flatMap(({ labels }) => Object.keys(labels)))].filter((l) => l !== 'le'),
  };
}

/** A provider that treats every recipient in its own way, by the last digit of its number. */
const byLastDigit: Respond = (response, { body }) => {
  const { to } = JSON.parse(body) as { to: string };
  const isRepeat = seen.has(to);
  seen.add(to);
  if (to.endsWith('1')) response.writeHead(422).end();
  else if (to.endsWith('2')) response.writeHead(404).end();
  else if (isRepeat) response.writeHead(200).end();
  else if (to.endsWith('3')) response.writeHead(500).end();
  else if (to.endsWith('4')) response.writeHead(429, { 'retry-after': '1' }).end();
  else if (to.endsWith('5')) response.socket?.resetAndDestroy();
  else response.writeHead(200).end();
};
const seen = new Set<string>();

async function startWithTraffic() {
  const gateway = await startGateway({
    respond: byLastDigit,
    env: { ALLOWED_COUNTRIES: 'US', SHUTDOWN_TIMEOUT: '1s' },
  });
  try {
    return { gateway, ...(await makeTraffic(gateway)) };
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
}

async function makeTraffic(gateway: Gateway): Promise<{ worker: Service }> {
  const { ingress, client } = gateway;
  const post = (digit: number, body = `Your code is ${CODE}`) =>
    postSms(ingress.url, { body: { recipient: `${NUMBER.slice(0, -1)}${digit}`, body } });
  const replaced = await post(6);
  const taken = [await post(6, 'Your code is 73926184')];
  for (const digit of [1, 2, 3, 4, 5]) taken.push(await post(digit));
  await post(1);
  await postSms(ingress.url, { body: { recipient: '+4915123456789' } });
  await postSms(ingress.url, { body: 'nonsense' });
  await postSms(ingress.url, { token: 'none' });
  await postSms(ingress.url, { path: `/v1/connections/${NUMBER}/sms` });
  await postSms(ingress.url, { path: `/${CODE}` });
  const worker = await gateway.startWorker();
  for (const { body } of [replaced, ...taken]) await untilConcluded(client, body['id']);
  await worker.untilLog('message.concluded', (line) => line['messageId'] === taken.at(-1)?.body['id']);
  return { worker };
}

describe('after some traffic', () => {
  test('each process shows the metrics of its part, with exactly the labels that are promised', async () => {
    const { gateway, worker } = await startWithTraffic();
    await using _ = gateway;
    const ofIngress = await gateway.ingress.metrics();
    const ofWorker = await worker.metrics();

    expect(shapeOf(ofIngress, 'gateway_requests_total')).toStrictEqual({
      type: 'counter',
      labels: ['connection', 'status'],
    });
    expect(shapeOf(ofIngress, 'gateway_enqueue_duration_seconds')).toStrictEqual({
      type: 'histogram',
      labels: [],
    });
    expect(shapeOf(ofWorker, 'gateway_messages_total')).toStrictEqual({
      type: 'counter',
      labels: ['connection', 'outcome'],
    });
    expect(shapeOf(ofWorker, 'gateway_attempts_total')).toStrictEqual({
      type: 'counter',
      labels: ['provider', 'result'],
    });
    expect(shapeOf(ofWorker, 'gateway_attempt_duration_seconds')).toStrictEqual({
      type: 'histogram',
      labels: ['provider'],
    });
    expect(shapeOf(ofWorker, 'gateway_accept_to_sent_seconds')).toStrictEqual({
      type: 'histogram',
      labels: [],
    });
    expect(shapeOf(ofWorker, 'gateway_provider_available')).toStrictEqual({
      type: 'gauge',
      labels: ['provider'],
    });
    for (const text of [ofIngress, ofWorker]) {
      expect(shapeOf(text, 'gateway_queue_messages')).toStrictEqual({ type: 'gauge', labels: ['state'] });
      expect(shapeOf(text, 'gateway_queue_oldest_age_seconds')).toStrictEqual({ type: 'gauge', labels: [] });
      for (const name of [
        'process_cpu_seconds_total',
        'process_resident_memory_bytes',
        'nodejs_eventloop_lag_seconds',
      ]) {
        expect(shapeOf(text, name)).toBeDefined();
      }
    }

    expect(requestCounts(ofIngress)).toStrictEqual({
      'default 200': 8,
      'default 400': 1,
      'default 401': 1,
      'default 403': 1,
      'none 404': 2,
    });
    expect(series(ofIngress, 'gateway_enqueue_duration_seconds_count')).toBe(8);
    expect(counts(ofWorker, 'gateway_messages_total', 'outcome')).toStrictEqual({
      sent: 4,
      failed: 2,
      superseded: 1,
    });
    expect(counts(ofWorker, 'gateway_attempts_total', 'result')).toStrictEqual({
      accepted: 4,
      rejected: 1,
      provider_fault: 1,
      transient: 1,
      throttled: 1,
      unknown: 1,
    });
    expect(series(ofWorker, 'gateway_attempt_duration_seconds_count{provider="http"}')).toBe(9);
    expect(series(ofWorker, 'gateway_accept_to_sent_seconds_count')).toBe(4);
    expect(series(ofWorker, 'gateway_provider_available{provider="http"}')).toBe(1);

    const strange = [...samples(ofIngress), ...samples(ofWorker)]
      .filter(({ name }) => name.startsWith('gateway_'))
      .flatMap(({ labels: { le: _le, ...labels } }) => Object.values(labels))
      .filter((value) => !/^([a-z_0-9]+|0\.\d+|[A-Z]{2})$/.test(value));
    expect(strange).toStrictEqual([]);
    expect(ofIngress + ofWorker).not.toContain(NUMBER.slice(1, -1));
    expect(ofIngress + ofWorker).not.toContain(CODE);
  });
});

test('alerts ask for no metric that neither process has', async () => {
  await using gateway = await startGateway();
  const worker = await gateway.startWorker();
  const texts = await Promise.all([gateway.ingress.metrics(), worker.metrics()]);
  const shown = new Set(
    texts.flatMap((text) => [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name)),
  );
  const alerts = await readFile(new URL('../deploy/prometheus/alerts.yml', import.meta.url), 'utf8');
  const asked = [...alerts.matchAll(/\bgateway_\w+/g)].map(([name]) => name);

  expect(asked.length).toBeGreaterThan(10);
  expect(asked.filter((name) => !shown.has(name))).toEqual([]);
});

test('the queue shows its depth and the age of its oldest message, and a paused provider is not available', async () => {
  await using gateway = await startGateway({
    respond: (response) => void response.writeHead(429, { 'retry-after': '60' }).end(),
  });
  await postSms(gateway.ingress.url);
  await postSms(gateway.ingress.url, { body: { recipient: '+14155550199' } });

  const waiting = await gateway.ingress.metrics();
  await expect
    .poll(async () => series(await gateway.ingress.metrics(), 'gateway_queue_oldest_age_seconds'))
    .toBeGreaterThan(series(waiting, 'gateway_queue_oldest_age_seconds'));
  const worker = await gateway.startWorker();
  await worker.untilLog('delivery.attempted');

  expect(series(waiting, 'gateway_queue_messages{state="waiting"}')).toBe(2);
  await expect
    .poll(async () => series(await worker.metrics(), 'gateway_queue_messages{state="delayed"}'))
    .toBe(2);
  expect(shapeOf(await worker.metrics(), 'gateway_provider_available')).toBeDefined();
  expect(series(await worker.metrics(), 'gateway_provider_available{provider="http"}')).toBe(0);
});

test('a message that nobody took in time is counted as expired', async () => {
  await using gateway = await startGateway({ env: { MESSAGE_TTL: '1s' } });
  const { body } = await postSms(gateway.ingress.url);
  await expect.poll(() => gateway.client.keys('*vault*')).toStrictEqual([]);

  const worker = await gateway.startWorker();
  await untilConcluded(gateway.client, body['id']);
  await worker.untilLog('message.concluded');

  const metrics = await worker.metrics();
  expect(series(metrics, 'gateway_messages_total{connection="default",outcome="expired"}')).toBe(1);
  expect(gateway.sent()).toStrictEqual([]);
});

describe('the admin listener', () => {
  test('tells alive and ready apart, and why a process is not ready', async () => {
    await using gateway = await startGateway({ mustControl: true });
    const worker = await gateway.startWorker();
    const processes = [gateway.ingress, worker];
    await expect.poll(async () => (await worker.ready()).status).toBe(200);
    const ready = await Promise.all(processes.map((process) => process.ready()));
    await gateway.redis.kill();
    for (const process of processes) {
      await expect.poll(async () => (await process.ready()).status).toBe(503);
    }
    const notReady = await Promise.all(processes.map((process) => process.ready()));
    const alive = await Promise.all(
      processes.map(async ({ adminUrl }) => {
        const response = await fetch(`${adminUrl}/healthz`);
        return { status: response.status, body: await response.json() };
      }),
    );
    const scraped = await Promise.all(processes.map((process) => process.metrics()));
    await gateway.redis.restart();

    for (const { status, body } of ready)
      expect({ status, body }).toMatchObject({ status: 200, body: { status: 'ready' } });
    for (const { body } of notReady) {
      expect(body).toMatchObject({ status: 'not_ready', reasons: [expect.stringMatching(/Redis/)] });
    }
    for (const { body } of [ready[1], notReady[1]].filter((answer) => answer !== undefined)) {
      expect(body).toMatchObject({ providers: { http: { circuit: 'closed', isAvailable: true } } });
    }
    for (const answer of alive) expect(answer).toStrictEqual({ status: 200, body: { status: 'ok' } });
    for (const text of scraped) {
      expect(shapeOf(text, 'process_cpu_seconds_total')).toBeDefined();
      // A number from before would lie.
      expect(shapeOf(text, 'gateway_queue_messages')).toBeUndefined();
    }
    for (const process of processes) {
      await expect.poll(async () => (await process.ready()).status).toBe(200);
    }
  });

  test('answers nothing else, and the public listener nothing of it', async () => {
    await using gateway = await startGateway();
    const { adminUrl, url } = gateway.ingress;
    const statusOf = async (target: string, method = 'GET') => (await fetch(target, { method })).status;
    const authorization = `Bearer ${await auth0Token()}`;

    expect(await statusOf(`${adminUrl}/`)).toBe(404);
    expect(await statusOf(`${adminUrl}/v1/sms`, 'POST')).toBe(404);
    expect(await statusOf(`${adminUrl}/metrics`, 'POST')).toBe(405);
    expect((await fetch(`${adminUrl}/metrics`)).headers.get('content-type')).toMatch(
      /^text\/plain; version=0\.0\.4/,
    );
    for (const path of ['/metrics', '/healthz', '/readyz']) {
      const answer = await exchangeRaw(
        url,
        httpRequest({ method: 'GET', path, headers: { Authorization: authorization } }),
      );
      expect(answer.status).toBe(404);
    }
  });
});

function requestCounts(text: string): Record<string, number> {
  return Object.fromEntries(
    samples(text)
      .filter(({ name }) => name === 'gateway_requests_total')
      .map(({ labels, value }) => [`${labels['connection']} ${labels['status']}`, value] as const)
      .toSorted(([one], [other]) => one.localeCompare(other)),
  );
}

/** The values of a counter by one of its labels. */
function counts(text: string, metric: string, label: string): Record<string, number> {
  const own = samples(text).filter(({ name }) => name === metric);
  return Object.fromEntries(own.map(({ labels, value }) => [labels[label] ?? '', value]));
}
