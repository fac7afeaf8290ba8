import { gatewayKeys } from '@sms-gateway/contract';
import { createTraceReader } from '@sms-gateway/delivery';
import { describe, expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { startWorkerProcess } from './support/processes.ts';
import { series } from './support/series.ts';
import { type Service, startIngress, startWorker } from './support/services.ts';
import {
  type ReceivedRequest,
  type Respond,
  startScriptedProviderServer,
} from './support/scripted-provider-server.ts';
import { startTestRedis } from './support/test-redis.ts';
import { createDisposal } from './support/disposal.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const ACCOUNT_SID = `AC${'0'.repeat(32)}`;

/** A gateway with its own Redis, and two providers that answer as told: `twilio` first, `http` second. */
async function setup({
  twilio = acceptTwilio,
  http = accept,
  env = {},
  providers = 'http',
}: {
  twilio?: Respond;
  http?: Respond;
  env?: Record<string, string>;
  providers?: string;
} = {}) {
  const stack = createDisposal();
  const redis = stack.use(await startTestRedis());
  const twilioServer = stack.use(await startScriptedProviderServer(twilio));
  const httpServer = stack.use(await startScriptedProviderServer(http));
  const client = stack.use(openRedis(redis.url));
  const processEnv = {
    REDIS_URL: redis.url,
    PROVIDERS: providers,
    HTTP_PROVIDER_URL: `${httpServer.url}/sms`,
    HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
    TWILIO_ACCOUNT_SID: ACCOUNT_SID,
    TWILIO_AUTH_TOKEN: 'auth-token-of-twilio',
    TWILIO_FROM: '+15005550006',
    TWILIO_API_URL: twilioServer.url,
    ...env,
  };
  const ingress = stack.use(await startIngress(processEnv));
  await untilReady(ingress).catch(async (error: unknown) => {
    await stack.dispose();
    throw error;
  });
  return {
    redis,
    client,
    ingress,
    twilio: twilioServer.requests,
    http: httpServer.requests,
    nextHttpRequest: () => httpServer.nextRequest(),
    startIngress: async () => {
      const another = stack.use(await startIngress(processEnv));
      await untilReady(another);
      return another;
    },
    startWorker: async (more: Record<string, string> = {}) =>
      stack.use(await startWorker({ ...processEnv, ...more })),
    startWorkerProcess: async () => stack.use(await startWorkerProcess(processEnv)),
    [Symbol.asyncDispose]: () => stack.dispose(),
  };
}

const untilReady = (ingress: Service) => until(async () => expect((await ingress.ready()).status).toBe(200));
const accept: Respond = (response) => response.writeHead(200).end('{"id":"p-1"}');
const acceptTwilio: Respond = (response) =>
  response
    .writeHead(201, { 'content-type': 'application/json' })
    .end(JSON.stringify({ sid: `SM${'1'.repeat(32)}` }));
const status =
  (code: number, headers: Record<string, string> = {}, body = '{}'): Respond =>
  (response) =>
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body);
const twilioError = (httpStatus: number, code: number) =>
  status(httpStatus, {}, JSON.stringify({ status: httpStatus, code, message: 'no' }));
const inTurn = (...steps: Respond[]): Respond => {
  let step = 0;
  return (response, request) => {
    const respond = steps[Math.min(step, steps.length - 1)] ?? accept;
    step += 1;
    respond(response, request);
  };
};
const reset: Respond = (response) => response.socket?.resetAndDestroy();
const silence: Respond = () => {};
const results = (trace: { attempts: { provider: string; result: string | undefined }[] }) =>
  trace.attempts.map(({ provider, result }) => `${provider}:${result}`);
const bodyOf = (request: ReceivedRequest | undefined) =>
  JSON.parse(request?.body ?? 'null') as Record<string, unknown>;

test('a message reaches the provider once, with its text, recipient and what is left of its life', async () => {
  await using gateway = await setup();
  const worker = await gateway.startWorker();
  const recipient = freshNumber();

  const answer = await postSms(gateway.ingress.url, { body: { recipient, body: 'Your code is 482915' } });
  const trace = await untilConcluded(gateway.client, answer.body['id']);

  expect(trace).toMatchObject({ outcome: 'sent', reason: 'accepted', connection: 'default', country: 'US' });
  expect(results(trace)).toEqual(['http:accepted']);
  expect(gateway.http).toHaveLength(1);
  const sent = bodyOf(gateway.http[0]);
  expect(sent).toMatchObject({ id: answer.body['id'], to: recipient, body: 'Your code is 482915' });
  expect(sent['validitySeconds']).toBeGreaterThan(150);
  expect(sent['validitySeconds']).toBeLessThanOrEqual(180);
  await worker.untilLog('message.concluded');
  const metrics = await worker.metrics();
  expect(series(metrics, 'gateway_messages_total{connection="default",outcome="sent"}')).toBe(1);
  expect(series(metrics, 'gateway_attempts_total{provider="http",result="accepted"}')).toBe(1);
});

describe('what a provider answers decides what happens next:', () => {
  test.each<[string, Parameters<typeof setup>[0], string[], string, string]>([
    [
      '500 is tried again',
      { http: inTurn(status(500), status(503), accept) },
      ['http:transient', 'http:transient', 'http:accepted'],
      'sent',
      'accepted',
    ],
    [
      '429 is tried again after Retry-After',
      { http: inTurn(status(429, { 'retry-after': '1' }), accept) },
      ['http:throttled', 'http:accepted'],
      'sent',
      'accepted',
    ],
    [
      'an unrecognised 4xx at the only provider ends it',
      { http: status(418) },
      ['http:provider_fault'],
      'failed',
      'no_provider_left',
    ],
    ['422 ends it', { http: status(422) }, ['http:rejected'], 'failed', 'http_422'],
    [
      'a reset after the request may have been a success: the same code goes out again',
      { http: inTurn(reset, accept) },
      ['http:unknown', 'http:accepted'],
      'sent',
      'accepted',
    ],
    [
      'a reset under ON_UNKNOWN=give_up ends it',
      { http: reset, env: { ON_UNKNOWN: 'give_up' } },
      ['http:unknown'],
      'failed',
      'unknown_outcome',
    ],
    [
      'three unknown outcomes end it',
      { http: reset },
      ['http:unknown', 'http:unknown', 'http:unknown'],
      'failed',
      'unknown_outcome',
    ],
    [
      'silence until the deadline is told as such',
      { http: silence, env: { MESSAGE_TTL: '2s' } },
      ['http:unknown'],
      'expired',
      'deadline_after_unknown',
    ],
    [
      'a throttled provider is passed over at once',
      { providers: 'twilio,http', twilio: status(429, { 'retry-after': '30' }) },
      ['twilio:throttled', 'http:accepted'],
      'sent',
      'accepted',
    ],
    [
      'a fault of one provider is another one’s chance',
      { providers: 'twilio,http', twilio: twilioError(400, 21408) },
      ['twilio:provider_fault', 'http:accepted'],
      'sent',
      'accepted',
    ],
    [
      'bad credentials at one provider are another one’s chance',
      { providers: 'twilio,http', twilio: twilioError(401, 20003) },
      ['twilio:provider_fault', 'http:accepted'],
      'sent',
      'accepted',
    ],
    [
      'an opted-out recipient is left alone by all',
      { providers: 'twilio,http', twilio: twilioError(400, 21610) },
      ['twilio:rejected'],
      'failed',
      'twilio_21610',
    ],
    [
      'a refused connection is certainly no send',
      { providers: 'twilio,http', env: { TWILIO_API_URL: 'http://127.0.0.1:1' } },
      ['twilio:transient', 'http:accepted'],
      'sent',
      'accepted',
    ],
  ])('%s', async (_title, options, attempts, outcome, reason) => {
    await using gateway = await setup(options);
    const worker = await gateway.startWorker();

    const answer = await postSms(gateway.ingress.url);
    const trace = await untilConcluded(gateway.client, answer.body['id']);

    expect(answer.status).toBe(200);
    expect(results(trace)).toEqual(attempts);
    expect(trace).toMatchObject({ outcome, reason });
    expect(gateway.http.length + gateway.twilio.length).toBe(
      attempts.length - (options?.env?.['TWILIO_API_URL'] === undefined ? 0 : 1),
    );
    expect(new Set(gateway.http.map((request) => bodyOf(request)['body'])).size).toBeLessThan(2);
    await worker.untilLog('message.concluded', (line) => line['outcome'] === outcome);
    expect(
      series(await worker.metrics(), `gateway_messages_total{connection="default",outcome="${outcome}"}`),
    ).toBe(1);
    expect(await gateway.client.exists(gatewayKeys.vault(String(answer.body['id'])))).toBe(0);
  });

  test('Twilio gets the message as its API wants it', async () => {
    await using gateway = await setup({ providers: 'twilio' });
    await gateway.startWorker();
    const recipient = freshNumber();

    const answer = await postSms(gateway.ingress.url, { body: { recipient, body: 'Code 111222' } });
    await untilConcluded(gateway.client, answer.body['id']);

    const [request] = gateway.twilio;
    expect(request?.path).toBe(`/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`);
    expect(request?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${ACCOUNT_SID}:auth-token-of-twilio`).toString('base64')}`,
    );
    const form = Object.fromEntries(new URLSearchParams(request?.body));
    expect(form).toMatchObject({ To: recipient, From: '+15005550006', Body: 'Code 111222' });
    expect(Number(form['ValidityPeriod'])).toBeGreaterThan(150);
  });
});

test('a message that nobody took before its deadline is expired, not sent', async () => {
  await using gateway = await setup({ env: { MESSAGE_TTL: '1s' } });
  const answer = await postSms(gateway.ingress.url);
  const id = String(answer.body['id']);
  await until(async () => expect(await gateway.client.exists(gatewayKeys.vault(id))).toBe(0));

  await gateway.startWorker();
  const trace = await untilConcluded(gateway.client, id);

  expect(trace).toMatchObject({ outcome: 'expired', reason: 'deadline', attempts: [] });
  expect(gateway.http).toEqual([]);
});

test('only the newest of several codes for a recipient is sent; other recipients are not concerned', async () => {
  await using gateway = await setup();
  const recipient = freshNumber();
  const ids = [];
  for (const body of ['Code 100001', 'Code 100002', 'Code 100003']) {
    ids.push((await postSms(gateway.ingress.url, { body: { recipient, body } })).body['id']);
  }
  const other = await postSms(gateway.ingress.url, {
    body: { recipient: freshNumber(), body: 'Code 100004' },
  });

  await gateway.startWorker();
  const outcomes = await Promise.all(
    ids.map(async (id) => (await untilConcluded(gateway.client, id)).outcome),
  );

  expect(outcomes).toEqual(['superseded', 'superseded', 'sent']);
  expect((await untilConcluded(gateway.client, other.body['id'])).outcome).toBe('sent');
  expect(gateway.http).toHaveLength(2);
  expect(new Set(gateway.http.map((request) => bodyOf(request)['body']))).toEqual(
    new Set(['Code 100003', 'Code 100004']),
  );
});

describe('a caller that says when a code was requested', () => {
  const secondsAgo = (seconds: number) => new Date(Date.now() - 1000 * seconds).toISOString();
  const codeFor = (recipient: string) => ({
    post: async (gateway: Awaited<ReturnType<typeof setup>>, code: number, requestedAt?: string) => {
      const answer = await postSms(gateway.ingress.url, {
        body: { recipient, body: `Code ${code}`, ...(requestedAt && { requested_at: requestedAt }) },
      });
      expect(answer.status).toBe(200);
      return String(answer.body['id']);
    },
  });

  test.each([
    ['an older code that comes late does not replace a newer one', [20, 60], 0],
    ['a newer code replaces an older one', [60, 20], 1],
    ['of two codes of the same moment the one that comes later counts', [20, 20], 1],
    ['a clock that is far ahead makes no code unreplaceable', [-86_400, -60], 1],
    ['a code of a caller that does not say is newer than what came before', [20, undefined], 1],
    ['a code is newer than what came before of a caller that does not say', [undefined, 20], 1],
  ])('%s', async (_title, times, newest) => {
    await using gateway = await setup();
    const { post } = codeFor(freshNumber());
    const moments = times.map((seconds) => (seconds === undefined ? undefined : secondsAgo(seconds)));
    const ids = [await post(gateway, 500_000, moments[0]), await post(gateway, 500_001, moments[1])];

    await gateway.startWorker();

    const outcomes = await Promise.all(
      ids.map(async (id) => (await untilConcluded(gateway.client, id)).outcome),
    );
    expect(outcomes).toEqual(newest === 1 ? ['superseded', 'sent'] : ['sent', 'superseded']);
    expect(gateway.http.map((request) => bodyOf(request)['body'])).toEqual([`Code ${500_000 + newest}`]);
  });

  test('has its code sent for as long as it lives from then on', async () => {
    await using gateway = await setup({ env: { MESSAGE_TTL: '100s' } });
    const recipient = freshNumber();
    const { post } = codeFor(recipient);
    const requestedAt = secondsAgo(60);
    const alive = await post(gateway, 500_003, requestedAt);
    const life = await gateway.client.pttl(gatewayKeys.vault(alive));
    const dead = await codeFor(freshNumber()).post(gateway, 500_004, secondsAgo(100));

    await gateway.startWorker();

    expect(await untilConcluded(gateway.client, alive)).toMatchObject({
      outcome: 'sent',
      requestedAt: Date.parse(requestedAt),
      deadline: Date.parse(requestedAt) + 100_000,
    });
    expect(life).toBeLessThanOrEqual(40_000);
    expect(await untilConcluded(gateway.client, dead)).toMatchObject({
      outcome: 'expired',
      attempts: [],
    });
    expect(gateway.http.map((request) => bodyOf(request)['to'])).toEqual([recipient]);
  });
});

test('a notice and a code for the same recipient do not replace each other; a newer notice of a kind does', async () => {
  await using gateway = await setup();
  const recipient = freshNumber();
  const ids = [];
  for (const body of [
    { body: 'Code 150001', message_type: 'otp_verify', code: '150001' },
    { body: 'Somebody has your password', message_type: 'password_breach' },
    { body: 'Your account is blocked', message_type: 'blocked_account' },
    { body: 'Your account is still blocked', message_type: 'blocked_account' },
  ]) {
    ids.push((await postSms(gateway.ingress.url, { body: { recipient, ...body } })).body['id']);
  }
  await gateway.startWorker();
  const outcomes = await Promise.all(
    ids.map(async (id) => (await untilConcluded(gateway.client, id)).outcome),
  );
  expect(outcomes).toEqual(['sent', 'sent', 'superseded', 'sent']);
});

test('a code that is replaced while it waits for another attempt is not sent again', async () => {
  let isUp = false;
  await using gateway = await setup({
    http: (response, request) => (isUp ? accept : status(500))(response, request),
  });
  await gateway.startWorker();
  const recipient = freshNumber();
  const received = gateway.nextHttpRequest();
  const older = await postSms(gateway.ingress.url, { body: { recipient, body: 'Code 200001' } });
  await received;
  const newer = await postSms(gateway.ingress.url, { body: { recipient, body: 'Code 200002' } });
  isUp = true;

  expect((await untilConcluded(gateway.client, older.body['id'])).outcome).toBe('superseded');
  expect((await untilConcluded(gateway.client, newer.body['id'])).outcome).toBe('sent');
});

test('a repeat after the outcome changes nothing and brings no text back', async () => {
  await using gateway = await setup();
  await gateway.startWorker();
  const body = { recipient: freshNumber(), body: 'Code 300001' };
  const first = await postSms(gateway.ingress.url, { body });
  const id = String(first.body['id']);
  await untilConcluded(gateway.client, id);

  const second = await postSms(gateway.ingress.url, { body });

  expect(second).toMatchObject({ status: 200, body: { id } });
  expect(await gateway.client.exists(gatewayKeys.vault(id))).toBe(0);
  const next = await postSms(gateway.ingress.url);
  await untilConcluded(gateway.client, next.body['id']);
  expect(gateway.http).toHaveLength(2);
});

test('identical requests that come at once, to two ingress processes, are one message', async () => {
  await using gateway = await setup();
  await gateway.startWorker();
  const other = await gateway.startIngress();
  const body = { recipient: freshNumber(), body: 'Code 310001' };

  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      postSms(index % 2 === 0 ? gateway.ingress.url : other.url, { body }),
    ),
  );

  const ids = new Set(answers.map((answer) => answer.body['id']));
  expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
  expect(ids.size).toBe(1);
  await untilConcluded(gateway.client, [...ids][0]);
  const next = await postSms(gateway.ingress.url);
  await untilConcluded(gateway.client, next.body['id']);
  expect(gateway.http).toHaveLength(2);
});

describe('a worker that is killed while it sends', () => {
  async function killMidSend(env: Record<string, string>) {
    const gateway = await setup({ http: inTurn(silence, accept), env });
    const first = await gateway.startWorkerProcess();
    const received = gateway.nextHttpRequest();
    const answer = await postSms(gateway.ingress.url);
    await received;
    first.signal('SIGKILL');
    await first.exited;
    return { gateway, id: answer.body['id'] };
  }

  test('leaves an unknown attempt, and the next worker sends the code again', async () => {
    const { gateway, id } = await killMidSend({});
    await using _gateway = gateway;

    const second = await gateway.startWorker();
    const trace = await untilConcluded(gateway.client, id);

    expect(results(trace)).toEqual(['http:unknown', 'http:accepted']);
    expect(trace).toMatchObject({ outcome: 'sent', attempts: [{ code: 'never_concluded' }, {}] });
    await second.untilLog('message.concluded');
    const metrics = await second.metrics();
    expect(series(metrics, 'gateway_attempts_total{provider="http",result="unknown"}')).toBe(1);
    expect(series(metrics, 'gateway_messages_total{connection="default",outcome="sent"}')).toBe(1);
  });

  test('is not made good with a guess under ON_UNKNOWN=give_up', async () => {
    const { gateway, id } = await killMidSend({ ON_UNKNOWN: 'give_up' });
    await using _gateway = gateway;

    await gateway.startWorker();
    const trace = await untilConcluded(gateway.client, id);

    expect(trace).toMatchObject({ outcome: 'failed', reason: 'unknown_outcome' });
    expect(gateway.http).toHaveLength(1);
  });
});

test('a payload that one worker has no key for waits for a worker that has', async () => {
  await using gateway = await setup();
  const stranger = await gateway.startWorker({ PAYLOAD_KEYS: Buffer.alloc(32, 7).toString('base64url') });
  const answer = await postSms(gateway.ingress.url);
  await stranger.untilLog('delivery.payload_unreadable');
  await stranger.stop();
  expect(await stranger.untilLog('worker.stopped')).toMatchObject({ drained: true });

  await gateway.startWorker();

  expect(await untilConcluded(gateway.client, answer.body['id'])).toMatchObject({ outcome: 'sent' });
});

test('a sealed text put under another message is not sent to anybody', async () => {
  await using gateway = await setup();
  const mine = await postSms(gateway.ingress.url, { body: { body: 'Code 500001' } });
  const theirs = await postSms(gateway.ingress.url, {
    body: { body: 'Code 500002', recipient: freshNumber() },
  });
  const sealed = await gateway.client.get(gatewayKeys.vault(String(theirs.body['id'])));
  await gateway.client.set(gatewayKeys.vault(String(mine.body['id'])), sealed ?? '', 'KEEPTTL');

  await gateway.startWorker();

  expect(await untilConcluded(gateway.client, mine.body['id'])).toMatchObject({
    outcome: 'failed',
    reason: 'payload_not_its_own',
    attempts: [],
  });
  await untilConcluded(gateway.client, theirs.body['id']);
  expect(gateway.http.map((request) => bodyOf(request)['body'])).toEqual(['Code 500002']);
});

test('a trace tells the way of a message to the operator without its number', async () => {
  await using gateway = await setup();
  await gateway.startWorker();
  const recipient = freshNumber();
  const answer = await postSms(gateway.ingress.url, { body: { recipient } });
  const id = String(answer.body['id']);
  await untilConcluded(gateway.client, id);

  const trace = await createTraceReader({ redis: gateway.client }).read(id);

  expect(trace).toMatchObject({
    recipientHint: `+1…${recipient.slice(-2)}`,
    attempts: [{ providerMessageId: 'p-1' }],
  });
  expect(JSON.stringify(trace)).not.toContain(recipient.slice(-6));
});
