import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { acceptTwilio, twilioEnv } from './support/fake-twilio.ts';
import { startGateway } from './support/gateway.ts';
import { series } from './support/series.ts';
import { type Respond, startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { untilConcluded } from './support/traces.ts';
import { until } from './support/until.ts';

const unavailable: Respond = (response) => response.writeHead(503).end();

async function sendAll(gateway: Awaited<ReturnType<typeof startGateway>>, count: number) {
  const answers = await Promise.all(
    Array.from({ length: count }, () => postSms(gateway.ingress.url, { body: { recipient: freshNumber() } })),
  );
  return Promise.all(answers.map(({ body }) => untilConcluded(gateway.client, body['id'])));
}

test('a provider that fails is passed over, shown so, and taken back when it is well again', async () => {
  let isDown = true;
  await using twilio = await startScriptedProviderServer((response, request) =>
    (isDown ? unavailable : acceptTwilio())(response, request),
  );
  await using gateway = await startGateway({ env: { ...twilioEnv(twilio.url), PROVIDERS: 'twilio,http' } });
  const worker = await gateway.startWorker();

  for (let message = 0; message < 10; message += 1) await sendAll(gateway, 1);
  expect(twilio.requests).toHaveLength(10);
  const [passedOver] = await sendAll(gateway, 1);

  expect(passedOver?.attempts.map(({ provider }) => provider)).toEqual(['http']);
  expect(twilio.requests).toHaveLength(10);
  expect(series(await worker.metrics(), 'gateway_provider_available{provider="twilio"}')).toBe(0);
  expect(series(await worker.metrics(), 'gateway_provider_circuit{provider="twilio",state="open"}')).toBe(1);
  expect((await worker.ready()).body).toMatchObject({
    status: 'ready',
    providers: {
      twilio: { circuit: 'open', isAvailable: false, failureRatio: 1 },
      http: { circuit: 'closed' },
    },
  });

  isDown = false;
  await until(async () => {
    const [trace] = await sendAll(gateway, 1);
    expect(trace?.attempts.map(({ provider }) => provider)).toEqual(['twilio']);
    expect(series(await worker.metrics(), 'gateway_provider_circuit{provider="twilio",state="closed"}')).toBe(
      1,
    );
  });
});

test('messages wait for their only provider while its circuit is open, and lose nothing', async () => {
  let isDown = true;
  await using gateway = await startGateway({
    respond: (response) => void response.writeHead(isDown ? 503 : 200).end('{}'),
  });
  const worker = await gateway.startWorker();
  const sending = sendAll(gateway, 12);
  await until(async () =>
    expect(series(await worker.metrics(), 'gateway_provider_circuit{provider="http",state="open"}')).toBe(1),
  );

  isDown = false;

  expect((await sending).map(({ outcome }) => outcome)).toEqual(Array.from({ length: 12 }, () => 'sent'));
});

test('two workers together keep a provider’s rate limit; what is over it goes to the next one', async () => {
  await using twilio = await startScriptedProviderServer(acceptTwilio());
  await using gateway = await startGateway({
    env: { ...twilioEnv(twilio.url), PROVIDERS: 'twilio,http', TWILIO_RATE_LIMIT: '0.2' },
  });
  await gateway.startWorker();
  await gateway.startWorker();
  const startedAtMs = Date.now();

  const traces = await sendAll(gateway, 30);

  const allowed = 1 + Math.ceil((Date.now() - startedAtMs) / 5000);
  expect(twilio.requests.length).toBeGreaterThanOrEqual(1);
  expect(twilio.requests.length).toBeLessThanOrEqual(allowed);
  expect(gateway.provider.requests.length + twilio.requests.length).toBe(30);
  expect(traces.every(({ attempts }) => attempts.length === 1)).toBe(true);
});

test('a message waits for a provider at its rate limit if there is no other', async () => {
  await using gateway = await startGateway({ env: { HTTP_PROVIDER_RATE_LIMIT: '2' } });
  await gateway.startWorker();

  const traces = await sendAll(gateway, 5);

  expect(traces.map(({ outcome }) => outcome)).toEqual(['sent', 'sent', 'sent', 'sent', 'sent']);
  expect(traces.every(({ attempts }) => attempts.length === 1)).toBe(true);
});

test('what is sent after an unknown result is counted as a possible duplicate', async () => {
  let calls = 0;
  await using gateway = await startGateway({
    respond: (response) => {
      calls += 1;
      if (calls === 1) response.socket?.resetAndDestroy();
      else response.writeHead(200).end('{}');
    },
  });
  const worker = await gateway.startWorker();

  const [trace] = await sendAll(gateway, 1);

  expect(trace?.attempts.map(({ result }) => result)).toEqual(['unknown', 'accepted']);
  expect(series(await worker.metrics(), 'gateway_possible_duplicates_total{provider="http"}')).toBe(1);
});
