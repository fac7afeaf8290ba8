import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { startGateway } from './support/gateway.ts';
import { series } from './support/series.ts';
import { until } from './support/until.ts';

const CONNECTIONS = 20;
const REQUESTS = 30_000;
/** Requests that one connection may have in hand. */
const BOUND = 16;

const request = (headers = '') =>
  `POST /v1/sms HTTP/1.1\r\nHost: x\r\n${headers}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;

/** Writes many requests on one connection, reads nothing meanwhile, and resolves once the other side has closed it. */
async function flood(url: string, bytes: Buffer): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  // events.once would reject if the connection is reset, which is as good.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // A socket that is paused does not notice its end.
  socket.write(bytes, () => void socket.resume());
  await closed;
}

test('connections that pipeline without a token are closed after a few requests, and others are served', async () => {
  await using gateway = await startGateway();
  const bytes = Buffer.from(request().repeat(REQUESTS));

  const floods = Promise.all(Array.from({ length: CONNECTIONS }, () => flood(gateway.ingress.url, bytes)));
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => postSms(gateway.ingress.url, { body: { recipient: freshNumber() } })),
  );
  await floods;

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const refused = await until(async () => {
    const count = series(
      await gateway.ingress.metrics(),
      'gateway_requests_total{connection="default",status="401"}',
    );
    expect(count).toBeGreaterThan(0);
    return count;
  });
  expect(refused).toBeLessThanOrEqual(CONNECTIONS * 2 * BOUND);
  const lines = gateway.ingress.logLines().filter(({ status }) => status === 401);
  expect(lines.length).toBeLessThan(refused);
  await gateway.ingress.untilLog('request.refusals_unlogged');
}, 60_000);

test('a connection is closed after a 401, so that the next request needs a new one', async () => {
  await using gateway = await startGateway();

  const { status, headers } = await postSms(gateway.ingress.url, { token: 'none' });

  expect(status).toBe(401);
  expect(headers.get('connection')).toBe('close');
});

test('a refusal of a caller with a token is always logged', async () => {
  await using gateway = await startGateway();

  await Promise.all(
    Array.from({ length: 50 }, () => postSms(gateway.ingress.url, { body: { recipient: 'none' } })),
  );

  expect(gateway.ingress.logLines().filter(({ status }) => status === 422)).toHaveLength(50);
});
