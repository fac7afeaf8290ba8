import { randomBytes } from 'node:crypto';
import { gatewayKeys } from '@sms-gateway/contract';
import { describe, expect, test } from 'vitest';
import { auth0Token, postSms } from './support/auth0.ts';
import { PROVIDER_TOKEN, startGatewayProcesses } from './support/gateway.ts';
import { PAYLOAD_KEY, SECRET } from './support/base-env.ts';
import { connectRaw, exchangeRaw, httpRequest } from './support/raw-http.ts';
import { monitorRedis, redisContents } from './support/redis-contents.ts';
import type { Respond } from './support/scripted-provider-server.ts';
import { untilConcluded } from './support/traces.ts';

const SENDER = '+15005550006';
const REDIS_PASSWORD = 'password-of-redis-in-its-url';

// Codes long enough not to occur in a time or a random id by accident.
const messageWith = (code: string, recipient: string) => ({
  code,
  recipient,
  body: `Your verification code is: ${code}`,
});
type Message = ReturnType<typeof messageWith>;
const rejected = messageWith('83927461', '+14155557301');
const textAsId = messageWith('59284617', '+14155557412');
const numberAsId = messageWith('47163958', '+14155557523');
const refusedOnly = messageWith('91738264', '+14155557634');
const messages = [rejected, textAsId, numberAsId];

/** All that must never be seen: as it is, and as it looks in base64 wherever it begins. */
function secretsOf({ code, recipient, body }: Message, token: string): string[] {
  return [
    code,
    body,
    recipient.slice(1),
    ...[0, 1, 2].map((shift) =>
      Buffer.from(' '.repeat(shift) + body)
        .toString('base64')
        .slice(4, 36),
    ),
    token,
    ...token.split('.').slice(1),
  ];
}
const configured = [SECRET, PAYLOAD_KEY, PROVIDER_TOKEN, REDIS_PASSWORD];

function expectNoneOf(secrets: string[], texts: Record<string, string>): void {
  const seen = Object.entries(texts).flatMap(([where, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${where} holds ${secret}`),
  );
  expect(seen).toStrictEqual([]);
}

/** Fails in every way, one after the other for each message, and repeats all it was told in doing so. */
function hostileProvider(): Respond {
  const steps: ((echo: string) => Respond)[] = [
    (echo) => (response) => void response.writeHead(500, { 'x-echo': encodeURIComponent(echo) }).end(echo),
    (echo) => (response) => void response.writeHead(429, echo, { 'retry-after': '0' }).end(echo),
    () => (response) => void response.socket?.resetAndDestroy(),
    (echo) => (response) => void response.socket?.end(`HTTP/1.1 200 ${echo}\r\nbroken`),
  ];
  const tries = new Map<string, number>();
  return (response, request) => {
    const echo = `${request.headers.authorization} ${request.body}`.replaceAll(/[^\x20-\x7e]/g, '?');
    const { id, to, body } = JSON.parse(request.body) as Record<'id' | 'to' | 'body', string>;
    const number = tries.get(id) ?? 0;
    tries.set(id, number + 1);
    const step = steps[number];
    if (step !== undefined) return step(echo)(response, request);
    // The id in an answer goes into trace and log.
    if (to === rejected.recipient) response.writeHead(422).end(echo);
    else response.writeHead(200).end(JSON.stringify({ id: to === textAsId.recipient ? body : to }));
  };
}

describe('text, code, number, token and secrets', () => {
  test('are nowhere but with the provider: not in logs, metrics, answers and Redis, whatever goes wrong', async () => {
    await using gateway = await startGatewayProcesses({
      respond: hostileProvider(),
      mustControl: true,
      env: { LOG_LEVEL: 'trace', ALLOWED_COUNTRIES: 'US', ON_UNKNOWN: 'resend' },
    });
    await gateway.client.acl('SETUSER', 'gateway', 'on', `>${REDIS_PASSWORD}`, '~*', '&*', '+@all');
    const redisUrl = gateway.redis.url.replace('redis://', `redis://gateway:${REDIS_PASSWORD}@`);
    const ingress = await gateway.startIngress({ REDIS_URL: redisUrl });
    await expect.poll(async () => (await ingress.ready()).status).toBe(200);
    using monitor = await monitorRedis(gateway.redis.url);
    const token = await auth0Token();
    const secrets = [
      ...[...messages, refusedOnly].flatMap((message) => secretsOf(message, token)),
      ...configured,
    ];

    const taken = [];
    for (const message of messages) {
      taken.push(
        await postSms(ingress.url, {
          token,
          body: { ...message, sender: SENDER, req: { ip: '203.0.113.9' } },
        }),
      );
    }
    const waiting = await redisContents(gateway.client);
    const refused = await refuseInEveryWay(ingress.url, token);
    const worker = await gateway.startWorker({ REDIS_URL: redisUrl });
    const traces = await Promise.all(taken.map(({ body }) => untilConcluded(gateway.client, body['id'])));
    const done = await redisContents(gateway.client);

    expect(taken.map(({ status }) => status)).toStrictEqual(messages.map(() => 200));
    expect(traces[0]?.attempts.map(({ result }) => result)).toStrictEqual([
      'transient',
      'throttled',
      'unknown',
      'unknown',
      'rejected',
    ]);
    expect(traces.map(({ outcome }) => outcome)).toStrictEqual([
      'failed',
      ...messages.slice(1).map(() => 'sent'),
    ]);
    expect(gateway.sent().map(({ body }) => body)).toEqual(
      expect.arrayContaining(messages.map(({ body }) => body)),
    );
    expect(waiting).toContain(gatewayKeys.vault(String(taken[0]?.body['id'])));
    expect(done).not.toContain('vault');
    expect(monitor.commands()).toContain('vault');
    expectNoneOf(secrets, {
      'the log of the ingress': ingress.output(),
      'the log of the worker': worker.output(),
      'the metrics of the ingress': await ingress.metrics(),
      'the metrics of the worker': await worker.metrics(),
      'an answer': JSON.stringify(taken.map(({ body }) => body)),
      'an error answer': refused.join('\n'),
      'Redis while messages wait': waiting,
      'Redis after their outcomes': done,
      'a command to Redis': monitor.commands(),
    });
    expect(ingress.output()).toContain('request.completed');
    expect(worker.output()).toContain('delivery.attempted');
  });

  test('are kept from logs also when Redis fails or refuses its password', async () => {
    await using gateway = await startGatewayProcesses({ mustControl: true, env: { LOG_LEVEL: 'trace' } });
    const worker = await gateway.startWorker();
    const redisUrl = gateway.redis.url.replace('redis://', `redis://nobody:${REDIS_PASSWORD}@`);
    const shutOut = await gateway.startIngress({ REDIS_URL: redisUrl });
    const token = await auth0Token();
    await shutOut.untilLog('redis.error');

    const unauthorised = await postSms(shutOut.url, { token, body: rejected });
    await gateway.client.config('SET', 'min-replicas-to-write', '3');
    const unwritable = await postSms(gateway.ingress.url, { token, body: rejected });
    await gateway.redis.kill();
    const unreachable = await postSms(gateway.ingress.url, { token, body: rejected });
    await worker.untilLog('redis.error');

    const answers = [unauthorised, unwritable, unreachable];
    expect(answers.map(({ status }) => status)).toStrictEqual([503, 503, 503]);
    expectNoneOf([...secretsOf(rejected, token), ...configured], {
      'the log of the ingress': gateway.ingress.output(),
      'the log of the ingress that is shut out': shutOut.output(),
      'the log of the worker': worker.output(),
      'an answer': JSON.stringify(answers.map(({ body }) => body)),
      readiness: JSON.stringify([await gateway.ingress.ready(), await shutOut.ready(), await worker.ready()]),
    });
  });

  test('leave Redis by themselves at the deadline, without any worker', async () => {
    await using gateway = await startGatewayProcesses({ env: { MESSAGE_TTL: '1s' } });

    const { body } = await postSms(gateway.ingress.url, { body: rejected });

    const vault = gatewayKeys.vault(String(body['id']));
    expect(await gateway.client.pttl(vault)).toBeLessThanOrEqual(1000);
    await expect.poll(() => gateway.client.exists(vault)).toBe(0);
  });
});

test('a key that only decrypts opens what an older process has stored', async () => {
  const [older, newer] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  await using gateway = await startGatewayProcesses({ env: { PAYLOAD_KEYS: older } });

  const { body } = await postSms(gateway.ingress.url, { body: rejected });
  await gateway.startWorker({ PAYLOAD_KEYS: `${newer},${older}` });
  await untilConcluded(gateway.client, body['id']);

  expect(gateway.sent()).toMatchObject([{ to: rejected.recipient, body: rejected.body }]);
});

/** The text of every error answer that a message with secrets can get. */
async function refuseInEveryWay(url: string, token: string): Promise<string[]> {
  const { recipient, body, code } = refusedOnly;
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const json = (fields: object) => JSON.stringify({ recipient, body, code, ...fields });
  const requests = [
    httpRequest({ headers, body: `${body} to ${recipient}` }),
    httpRequest({ headers, body: json({}).slice(0, -2) }),
    httpRequest({ headers, body: json({ body: [body] }) }),
    httpRequest({ headers, body: json({ body: body.repeat(100) }) }),
    httpRequest({ headers, body: json({ recipient: [recipient] }) }),
    httpRequest({ headers, body: json({ recipient: `${recipient}${recipient.slice(1)}` }) }),
    httpRequest({ headers, body: json({ recipient: '+4915123456789' }) }),
    httpRequest({ headers: { ...headers, 'Idempotency-Key': body }, body: json({}) }),
    httpRequest({ headers: { ...headers, 'Content-Type': `application/${code}` }, body: json({}) }),
    httpRequest({ headers: { ...headers, 'Content-Encoding': code }, body: json({}) }),
    httpRequest({ headers: { ...headers, Authorization: `Bearer ${token}x` }, body: json({}) }),
    httpRequest({ headers: { ...headers, Authorization: `Basic ${token}` }, body: json({}) }),
    httpRequest({ headers, method: 'PUT', body: json({}) }),
    httpRequest({ headers, path: `/v1/connections/${recipient}/sms`, body: json({}) }),
    httpRequest({ headers, path: `/${encodeURIComponent(body)}?token=${token}`, body: json({}) }),
    httpRequest({ headers, path: `/%${code}`, body: json({}) }),
    httpRequest({ headers: { ...headers, 'X-Text': body.repeat(700) }, body: json({}) }),
    Buffer.from(`${json({})}\r\n\r\n`),
  ];
  const answers: string[] = [];
  for (const request of requests) {
    const answer = await exchangeRaw(url, request);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    answers.push(JSON.stringify(answer));
  }
  // One that goes away in the middle of its body.
  using gone = await connectRaw(url);
  gone.write(httpRequest({ headers, body: json({}) }).subarray(0, -5));
  return answers;
}
