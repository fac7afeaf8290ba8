import { gatewayKeys } from '@sms-gateway/contract';
import { createTraceReader, type Trace } from '@sms-gateway/delivery';
import { describe, expect, test } from 'vitest';
import { freshNumber, freshText, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import {
  acceptTwilio,
  callBack,
  callbackOf,
  PUBLIC_URL,
  TWILIO_AUTH_TOKEN,
  twilioEnv,
} from './support/fake-twilio.ts';
import { series } from './support/series.ts';
import { startIngress, startWorker } from './support/services.ts';
import { type Respond, startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { redisContents } from './support/redis-contents.ts';
import { startTestRedis } from './support/test-redis.ts';
import { openRedis, untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const accept: Respond = (response) => response.writeHead(200).end('{"id":"p-1"}');

/** A gateway whose first provider, `twilio`, sends receipts, and whose second, `http`, sends none. */
async function setup({
  twilio = acceptTwilio(),
  env = {},
}: {
  twilio?: Respond;
  env?: Record<string, string>;
} = {}) {
  const stack = createDisposal();
  try {
    const redis = stack.use(await startTestRedis());
    const twilioServer = stack.use(await startScriptedProviderServer(twilio));
    const httpServer = stack.use(await startScriptedProviderServer(accept));
    const client = stack.use(openRedis(redis.url));
    const processEnv = {
      REDIS_URL: redis.url,
      PROVIDERS: 'twilio,http',
      ...twilioEnv(twilioServer.url),
      HTTP_PROVIDER_URL: `${httpServer.url}/sms`,
      HTTP_PROVIDER_TOKEN: 'token-of-the-http-provider',
      ...env,
    };
    const ingress = stack.use(await startIngress(processEnv));
    const worker = stack.use(await startWorker(processEnv));
    await until(async () => expect((await ingress.ready()).status).toBe(200));
    const traces = createTraceReader({ redis: client });
    return {
      redis,
      client,
      env: processEnv,
      ingress,
      worker,
      twilio: twilioServer.requests,
      http: httpServer.requests,
      nextTwilioRequest: () => twilioServer.nextRequest(),
      until: (id: string, holds: (trace: Trace) => void) =>
        until(async () => {
          const trace = await traces.read(id);
          if (trace === undefined) throw new Error('no trace');
          holds(trace);
          return trace;
        }),
      [Symbol.asyncDispose]: () => stack.dispose(),
    };
  } catch (error) {
    await stack.dispose();
    throw error;
  }
}

type Bundle = Awaited<ReturnType<typeof setup>>;

async function sendOne({ ingress, client }: Bundle, body: Record<string, unknown> = {}) {
  const answer = await postSms(ingress.url, { body: { recipient: freshNumber(), ...body } });
  return untilConcluded(client, answer.body['id']);
}

const results = ({ attempts }: Trace) => attempts.map(({ provider, result }) => `${provider}:${result}`);

test('a delivered receipt is written down and counted once, and ends the life of the text', async () => {
  await using gateway = await setup();
  const trace = await sendOne(gateway);
  const callback = callbackOf(gateway.twilio[0]);
  expect(await gateway.client.exists(gatewayKeys.vault(trace.id))).toBe(1);

  expect(callback).toMatch(new RegExp(`^${PUBLIC_URL}/v1/receipts/twilio/msg_`));
  expect(await callBack(gateway.ingress.url, callback, { MessageStatus: 'sent' })).toMatchObject({
    status: 200,
  });
  expect(await gateway.client.exists(gatewayKeys.vault(trace.id))).toBe(1);
  expect(await callBack(gateway.ingress.url, callback, { MessageStatus: 'delivered' })).toMatchObject({
    status: 200,
  });
  await callBack(gateway.ingress.url, callback, { MessageStatus: 'delivered' });
  await callBack(gateway.ingress.url, callback, { MessageStatus: 'sent' });

  await gateway.until(trace.id, ({ attempts }) =>
    expect(attempts[0]).toMatchObject({ result: 'accepted', receipt: { status: 'delivered' } }),
  );
  expect(await gateway.client.exists(gatewayKeys.vault(trace.id))).toBe(0);
  const metrics = await gateway.ingress.metrics();
  expect(series(metrics, 'gateway_receipts_total{provider="twilio",status="delivered"}')).toBe(1);
  expect(series(metrics, 'gateway_receipts_total{provider="twilio",status="sent"}')).toBe(1);
  expect(series(metrics, 'gateway_accept_to_delivered_seconds_count{provider="twilio",country="US"}')).toBe(
    1,
  );
  expect(gateway.http).toHaveLength(0);
});

test('an undelivered receipt sends the same code through the next provider, while it lives', async () => {
  await using gateway = await setup();
  const text = freshText();
  const trace = await sendOne(gateway, { body: text });

  const callback = callbackOf(gateway.twilio[0]);
  const calls = [1, 2, 3].map(() =>
    callBack(gateway.ingress.url, callback, { MessageStatus: 'undelivered', ErrorCode: '30003' }),
  );
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);

  const after = await gateway.until(trace.id, ({ attempts }) => expect(attempts[1]?.result).toBe('accepted'));
  expect(results(after)).toEqual(['twilio:accepted', 'http:accepted']);
  expect(after).toMatchObject({ outcome: 'sent', outcomeAt: trace.outcomeAt });
  expect(after.attempts[0]?.receipt).toMatchObject({ status: 'undelivered', code: 'twilio_30003' });
  expect(gateway.http).toHaveLength(1);
  expect(JSON.parse(gateway.http[0]?.body ?? '')).toMatchObject({ body: text });
  await gateway.worker.untilLog('redelivery.ended');
  expect(await gateway.client.exists(gatewayKeys.vault(trace.id), gatewayKeys.awaiting(trace.id))).toBe(0);
  const metrics = await gateway.worker.metrics();
  expect(series(metrics, 'gateway_messages_total{connection="default",outcome="sent"}')).toBe(1);
  expect(series(metrics, 'gateway_redeliveries_total{outcome="sent"}')).toBe(1);
  expect(series(await gateway.ingress.metrics(), 'gateway_receipt_failovers_total{provider="twilio"}')).toBe(
    1,
  );
});

describe('an undelivered receipt sends nothing', () => {
  test('when nobody can cure what it tells of', async () => {
    await using gateway = await setup();
    const trace = await sendOne(gateway);

    await callBack(gateway.ingress.url, callbackOf(gateway.twilio[0]), {
      MessageStatus: 'undelivered',
      ErrorCode: '30006',
    });

    await gateway.until(trace.id, ({ attempts }) => expect(attempts[0]?.receipt?.isCurable).toBe(false));
    expect(await gateway.client.exists(gatewayKeys.vault(trace.id))).toBe(0);
    expect(gateway.http).toHaveLength(0);
  });

  test('when a newer code has replaced this one', async () => {
    await using gateway = await setup();
    const recipient = freshNumber();
    const first = await sendOne(gateway, { recipient });
    await sendOne(gateway, { recipient });

    await callBack(gateway.ingress.url, callbackOf(gateway.twilio[0]), {
      MessageStatus: 'undelivered',
      ErrorCode: '30003',
    });

    await gateway.worker.untilLog('redelivery.ended', ({ messageId }) => messageId === first.id);
    expect(gateway.http).toHaveLength(0);
    expect(await gateway.client.exists(gatewayKeys.vault(first.id))).toBe(0);
    expect(series(await gateway.worker.metrics(), 'gateway_redeliveries_total{outcome="superseded"}')).toBe(
      1,
    );
  });

  test('after the deadline, when the text is gone anyway', async () => {
    await using gateway = await setup({ env: { MESSAGE_TTL: '1s' } });
    const trace = await sendOne(gateway);
    await until(async () => expect(await gateway.client.exists(gatewayKeys.vault(trace.id))).toBe(0));

    await callBack(gateway.ingress.url, callbackOf(gateway.twilio[0]), {
      MessageStatus: 'undelivered',
      ErrorCode: '30003',
    });

    await gateway.until(trace.id, ({ attempts }) => expect(attempts[0]?.receipt?.status).toBe('undelivered'));
    expect(await gateway.client.llen('{gateway}:sms:wait')).toBe(0);
    expect(gateway.http).toHaveLength(0);
  });
});

test('a receipt tells what an attempt came to whose answer was lost', async () => {
  await using gateway = await setup({
    twilio: (response) => response.socket?.resetAndDestroy(),
    env: { PROVIDERS: 'twilio', ON_UNKNOWN: 'resend' },
  });
  const asked = gateway.nextTwilioRequest();
  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
  const callback = callbackOf(await asked);

  await callBack(gateway.ingress.url, callback, { MessageStatus: 'delivered' });

  const trace = await untilConcluded(gateway.client, answer.body['id']);
  expect(trace).toMatchObject({ outcome: 'sent' });
  expect(trace.attempts[0]).toMatchObject({ result: 'unknown', receipt: { status: 'delivered' } });
});

test('a receipt that overtakes the answer to its own request counts all the same', async () => {
  let release: (() => void) | undefined;
  await using gateway = await setup({
    twilio: (response, request) => {
      release = () => acceptTwilio()(response, request);
    },
  });
  const asked = gateway.nextTwilioRequest();
  const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
  const callback = callbackOf(await asked);

  await callBack(gateway.ingress.url, callback, { MessageStatus: 'undelivered', ErrorCode: '30003' });
  release?.();

  const trace = await gateway.until(String(answer.body['id']), ({ attempts }) =>
    expect(attempts[1]?.result).toBe('accepted'),
  );
  expect(results(trace)).toEqual(['twilio:accepted', 'http:accepted']);
  expect(gateway.http).toHaveLength(1);
});

test('a receipt without our reference is known by the provider’s id, also before that is known', async () => {
  await using gateway = await setup();
  const bare = `${PUBLIC_URL}/v1/receipts/twilio`;

  await callBack(gateway.ingress.url, bare, { MessageStatus: 'delivered' });
  const trace = await sendOne(gateway);

  await gateway.until(trace.id, ({ attempts }) => expect(attempts[0]?.receipt?.status).toBe('delivered'));
  await gateway.worker.untilLog('receipt.entered');
  expect(
    series(await gateway.ingress.metrics(), 'gateway_receipts_total{provider="twilio",status="delivered"}'),
  ).toBe(1);
  expect(
    series(await gateway.worker.metrics(), 'gateway_receipts_total{provider="twilio",status="delivered"}'),
  ).toBe(0);
});

describe('refused is', () => {
  test.each<[string, Parameters<typeof callBack>[3], number]>([
    ['another account’s signature', { token: 'another-token' }, 403],
    ['a signature over another URL', { signedUrl: `${PUBLIC_URL}/v1/receipts/telnyx` }, 403],
  ])('%s', async (_title, how, status) => {
    await using gateway = await setup();
    const trace = await sendOne(gateway);

    const refused = await callBack(
      gateway.ingress.url,
      callbackOf(gateway.twilio[0]),
      { MessageStatus: 'undelivered', ErrorCode: '30003' },
      how,
    );

    expect(refused.status).toBe(status);
    expect(JSON.parse(refused.body)).toMatchObject({ type: 'urn:sms-gateway:problem:receipt-not-authentic' });
    expect(await gateway.until(trace.id, () => {})).toMatchObject({ attempts: [{ receipt: undefined }] });
    expect(
      series(
        await gateway.ingress.metrics(),
        'gateway_receipts_refused_total{provider="twilio",reason="not_authentic"}',
      ),
    ).toBe(1);
  });

  test('what no provider of ours sends, or is no POST', async () => {
    await using gateway = await setup();
    const at = (path: string, method = 'POST') =>
      fetch(`${gateway.ingress.url}/v1/receipts/${path}`, { method }).then(({ status }) => status);

    expect(await at('nobody')).toBe(404);
    expect(await at('telnyx')).toBe(404);
    expect(await at('__proto__')).toBe(404);
    expect(await at('twilio', 'GET')).toBe(405);
    expect(await at('infobip')).toBe(403);
  });
});

test('nothing of a receipt that is private gets into log, metrics or Redis', async () => {
  await using gateway = await setup();
  const text = freshText();
  const trace = await sendOne(gateway, { recipient: '+14155559876', body: text });
  const callback = callbackOf(gateway.twilio[0]);

  await callBack(gateway.ingress.url, callback, {
    MessageStatus: 'delivered',
    To: '+14155559876',
    Body: text,
  });
  await gateway.until(trace.id, ({ attempts }) => expect(attempts[0]?.receipt?.status).toBe('delivered'));

  const seen = [
    gateway.ingress.output(),
    gateway.worker.output(),
    await gateway.ingress.metrics(),
    await redisContents(gateway.client),
  ].join('\n');
  const reference = callback.split('/').at(-1) ?? '';
  for (const secret of [text, '4155559876', TWILIO_AUTH_TOKEN, reference]) expect(seen).not.toContain(secret);
});

test('while the auth token is rotated no receipt is refused, and what proves them is counted', async () => {
  await using gateway = await setup();
  const { env, ingress } = gateway;
  const trace = await sendOne(gateway);
  const callback = callbackOf(gateway.twilio[0]);
  const said = async (status: string, token: string) =>
    (await callBack(ingress.url, callback, { MessageStatus: status }, { token })).status;

  expect(await said('sent', 'new-auth-token')).toBe(403);
  Object.assign(env, { TWILIO_AUTH_TOKEN: `new-auth-token,${TWILIO_AUTH_TOKEN}` });
  ingress.reload();
  await ingress.untilLog('config.reloaded', ({ needRestart }) => String(needRestart) === '');

  expect(await said('sent', TWILIO_AUTH_TOKEN)).toBe(200);
  expect(await said('delivered', 'new-auth-token')).toBe(200);
  await gateway.until(trace.id, ({ attempts }) => expect(attempts[0]?.receipt?.status).toBe('delivered'));
  const metrics = await ingress.metrics();
  expect(series(metrics, 'gateway_receipts_proved_total{provider="twilio",key="1"}')).toBe(1);
  expect(series(metrics, 'gateway_receipts_proved_total{provider="twilio",key="2"}')).toBe(1);
});
