import { describe, expect, test } from 'vitest';
import { auth0Token, freshNumber, freshText, postSms } from './support/auth0.ts';
import { type GatewayProcesses, startGatewayProcesses } from './support/gateway.ts';
import { PROCESS_HANG_MS } from './support/hang.ts';
import { type GatewayProcess } from './support/processes.ts';
import { connectRaw, httpRequest } from './support/raw-http.ts';
import type { Respond } from './support/scripted-provider-server.ts';
import { untilConcluded } from './support/traces.ts';

const CLIENTS = 16;

/** Posts one message after the other until the gateway is gone; every answer goes into `answers`. */
async function postUntilRefused(
  gateway: GatewayProcesses,
  token: string,
  answers: { status: number; id: unknown }[],
) {
  for (;;) {
    try {
      const { status, body } = await postSms(gateway.ingress.url, {
        token,
        body: { recipient: freshNumber() },
      });
      answers.push({ status, id: body['id'] });
    } catch {
      return;
    }
  }
}

/** Part of a request, so that the process has something in hand. */
async function beginRequest(gateway: GatewayProcesses) {
  const body = JSON.stringify({ recipient: freshNumber(), body: freshText() });
  const bytes = httpRequest({
    headers: { Authorization: `Bearer ${await auth0Token()}`, 'Content-Type': 'application/json' },
    body,
  });
  const connection = await connectRaw(gateway.ingress.url);
  connection.write(bytes.subarray(0, -10));
  return Object.assign(connection, { finish: () => connection.write(bytes.subarray(-10)) });
}

describe('an ingress that is told to stop', () => {
  test('under load loses nothing that it has answered with 200, and exits with 0', async () => {
    await using gateway = await startGatewayProcesses();
    const token = await auth0Token();
    const answers: { status: number; id: unknown }[] = [];
    const clients = Array.from({ length: CLIENTS }, () => postUntilRefused(gateway, token, answers));
    await expect.poll(() => answers.length).toBeGreaterThan(200);

    gateway.ingress.signal('SIGTERM');
    await Promise.all(clients);
    const code = await gateway.ingress.exited;
    await gateway.startWorker();

    expect(code).toBe(0);
    expect(new Set(answers.map(({ status }) => status))).toStrictEqual(new Set([200]));
    const accepted = answers.map(({ id }) => id);
    await expect
      .poll(() => new Set(gateway.sent().map(({ id }) => id)).size)
      .toBeGreaterThanOrEqual(accepted.length);
    expect(gateway.sent().map(({ id }) => id)).toEqual(expect.arrayContaining(accepted));
    expect(await gateway.ingress.untilLog('ingress.stopped')).toMatchObject({ drained: true });
  });

  test('is not ready while it drains, answers what it has begun, and closes that connection', async () => {
    await using gateway = await startGatewayProcesses();
    using begun = await beginRequest(gateway);
    // Answered in order, so by now the process has read the beginning of the other request too.
    await postSms(gateway.ingress.url);

    gateway.ingress.signal('SIGTERM');
    await gateway.ingress.untilLog('ingress.stopping');
    const draining = await gateway.ingress.ready();
    const alive = await fetch(`${gateway.ingress.adminUrl}/healthz`);
    const late = await connectRaw(gateway.ingress.url).catch(() => 'refused');
    begun.finish();
    const answer = await begun.answer();

    expect(draining.status).toBe(503);
    expect(draining.body).toMatchObject({
      status: 'not_ready',
      reasons: [expect.stringMatching(/shutting down/)],
    });
    expect(alive.status).toBe(200);
    expect(late).toBe('refused');
    expect(answer.status).toBe(200);
    expect(answer.headers['connection']).toBe('close');
    expect(await gateway.ingress.exited).toBe(0);
  });

  test('does not wait for connections on which nothing was asked, as load balancers keep them', async () => {
    await using gateway = await startGatewayProcesses({ env: { SHUTDOWN_TIMEOUT: '60s' } });
    using silent = await connectRaw(gateway.ingress.url);
    await postSms(gateway.ingress.url);

    gateway.ingress.signal('SIGTERM');

    await silent.closed;
    expect(await gateway.ingress.exited).toBe(0);
    expect(await gateway.ingress.untilLog('ingress.stopped')).toMatchObject({ drained: true });
  }, 30_000);

  test('does not wait longer than SHUTDOWN_TIMEOUT for a client that never finishes its request', async () => {
    await using gateway = await startGatewayProcesses({ env: { SHUTDOWN_TIMEOUT: '1s' } });
    using begun = await beginRequest(gateway);
    await postSms(gateway.ingress.url);

    gateway.ingress.signal('SIGTERM');

    expect(await gateway.ingress.exited).toBe(0);
    await begun.closed;
  });
});

describe('a worker that is told to stop', () => {
  /** Leaves the first request without an answer until it is given one. */
  function holdFirst() {
    let release = () => {};
    let isFirst = true;
    const respond: Respond = (response) => {
      const accept = () => void response.writeHead(200).end('{}');
      if (!isFirst) return accept();
      isFirst = false;
      release = accept;
    };
    return { respond, release: () => release() };
  }

  test('finishes the message it is sending, takes no other, and exits with 0', async () => {
    const { respond, release } = holdFirst();
    await using gateway = await startGatewayProcesses({ respond });
    const worker = await gateway.startWorker();
    const sending = gateway.provider.nextRequest();
    const first = await postSms(gateway.ingress.url);
    await sending;

    worker.signal('SIGTERM');
    await worker.untilLog('worker.stopping');
    const draining = await worker.ready();
    const second = await postSms(gateway.ingress.url);
    release();
    const code = await worker.exited;

    expect(draining.status).toBe(503);
    expect(draining.body).toMatchObject({ status: 'not_ready' });
    expect(code).toBe(0);
    expect(await worker.untilLog('worker.stopped')).toMatchObject({ drained: true });
    const trace = await untilConcluded(gateway.client, first.body['id']);
    expect(trace.attempts.map(({ result }) => result)).toStrictEqual(['accepted']);
    expect(gateway.sent().map(({ id }) => id)).toStrictEqual([first.body['id']]);
    await gateway.startWorker();
    expect(await untilConcluded(gateway.client, second.body['id'])).toMatchObject({ outcome: 'sent' });
  });

  test('lets go of a hanging provider after SHUTDOWN_TIMEOUT, and another worker takes the message over', async () => {
    const { respond } = holdFirst();
    await using gateway = await startGatewayProcesses({ respond });
    const worker = await gateway.startWorker({ SHUTDOWN_TIMEOUT: '2s' });
    const sending = gateway.provider.nextRequest();
    const { body } = await postSms(gateway.ingress.url);
    await sending;

    worker.signal('SIGTERM');
    const code = await worker.exited;
    await gateway.startWorker();
    const trace = await untilConcluded(gateway.client, body['id']);

    expect(code).toBe(0);
    expect(trace).toMatchObject({ outcome: 'sent' });
    expect(trace.attempts.map(({ result }) => result)).toStrictEqual(['unknown', 'accepted']);
    expect(gateway.sent().map(({ id }) => id)).toStrictEqual([body['id'], body['id']]);
  });

  test(
    'under load leaves every message to exactly one outcome',
    async () => {
      const respond: Respond = (response) => void setTimeout(() => response.writeHead(200).end('{}'), 20);
      await using gateway = await startGatewayProcesses({ respond });
      const workers = [
        await gateway.startWorker({ CONCURRENCY: '5' }),
        await gateway.startWorker({ CONCURRENCY: '5' }),
      ];
      const token = await auth0Token();
      const ids = await Promise.all(
        Array.from({ length: 150 }, async () => {
          const { body } = await postSms(gateway.ingress.url, { token, body: { recipient: freshNumber() } });
          return body['id'];
        }),
      );

      workers[0]?.signal('SIGTERM');
      const code = await workers[0]?.exited;
      const traces = await Promise.all(ids.map((id) => untilConcluded(gateway.client, id)));

      expect(code).toBe(0);
      expect(traces.filter(({ outcome }) => outcome !== 'sent')).toStrictEqual([]);
      const sent = gateway.sent().map(({ id }) => id);
      expect(sent).toHaveLength(ids.length);
      expect(new Set(sent)).toStrictEqual(new Set(ids));
    },
    2 * PROCESS_HANG_MS,
  );
});

describe('either service exits with 0', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('on %s with nothing in hand', async (signal) => {
    await using gateway = await startGatewayProcesses();
    const worker = await gateway.startWorker();

    gateway.ingress.signal(signal);
    worker.signal(signal);

    expect(await Promise.all([gateway.ingress.exited, worker.exited])).toStrictEqual([0, 0]);
  });

  test.each<[string, (gateway: GatewayProcesses) => Promise<void>]>([
    ['is gone', (gateway) => gateway.redis.kill()],
    ['is frozen', (gateway) => gateway.redis.pause()],
  ])('while Redis %s', async (_title, disturb) => {
    await using gateway = await startGatewayProcesses({ mustControl: true, env: { SHUTDOWN_TIMEOUT: '2s' } });
    const worker = await gateway.startWorker();
    await disturb(gateway);
    await expect.poll(async () => (await gateway.ingress.ready()).status).toBe(503);

    gateway.ingress.signal('SIGTERM');
    worker.signal('SIGTERM');

    const exits = [gateway.ingress, worker].map(({ exited }: GatewayProcess) => exited);
    expect(await Promise.all(exits)).toStrictEqual([0, 0]);
  });
});

test('a worker with nothing in hand does not wait for a Redis that is gone', async () => {
  await using gateway = await startGatewayProcesses({ mustControl: true });
  const worker = await gateway.startWorker();
  await gateway.redis.kill();
  await expect.poll(async () => (await worker.ready()).status).toBe(503);

  worker.signal('SIGTERM');

  expect(await worker.untilLog('worker.stopped')).toMatchObject({ drained: true });
  expect(await worker.exited).toBe(0);
});
