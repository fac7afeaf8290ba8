import { expect, test } from 'vitest';
import { freshNumber, postSms } from './support/auth0.ts';
import { startGateway } from './support/gateway.ts';
import { series } from './support/series.ts';
import { startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { untilConcluded } from './support/traces.ts';

/** An Infobip that loses the answer to every message, and has it in its logs or not. */
async function setup({ hasMessage, onUnknown }: { hasMessage: boolean; onUnknown: string }) {
  const infobip = await startScriptedProviderServer((response, { method, path }) => {
    if (method === 'POST') {
      response.socket?.resetAndDestroy();
      return;
    }
    const messageId = new URL(path, 'http://infobip').searchParams.get('messageId');
    const results = hasMessage ? [{ messageId, status: { groupId: 3, id: 5 } }] : [];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ results }));
  });
  const gateway = await startGateway({
    env: {
      PROVIDERS: 'infobip,http',
      INFOBIP_BASE_URL: infobip.url,
      INFOBIP_API_KEY: 'key',
      INFOBIP_FROM: 'Acme',
      ON_UNKNOWN: onUnknown,
    },
  });
  const worker = await gateway.startWorker();
  return {
    infobip,
    gateway,
    worker,
    send: async () => {
      const answer = await postSms(gateway.ingress.url, { body: { recipient: freshNumber() } });
      return untilConcluded(gateway.client, answer.body['id']);
    },
    [Symbol.asyncDispose]: async () => {
      await gateway[Symbol.asyncDispose]();
      await infobip[Symbol.asyncDispose]();
    },
  };
}

test.each(['resend', 'give_up'])(
  'a message that the provider has is not sent again, though its answer was lost (%s)',
  async (onUnknown) => {
    await using bundle = await setup({ hasMessage: true, onUnknown });

    const trace = await bundle.send();

    expect(trace).toMatchObject({ outcome: 'sent', reason: 'accepted' });
    expect(trace.attempts).toMatchObject([
      { provider: 'infobip', result: 'accepted', code: 'found_by_lookup', providerMessageId: trace.id },
    ]);
    expect(bundle.infobip.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(bundle.gateway.provider.requests).toHaveLength(0);
    const metrics = await bundle.worker.metrics();
    expect(series(metrics, 'gateway_lookups_total{provider="infobip",answer="found"}')).toBe(1);
    expect(series(metrics, 'gateway_possible_duplicates_total{provider="http"}')).toBe(0);
  },
);

test('one that the provider does not have is still unknown: it is asked once, and ON_UNKNOWN decides', async () => {
  await using bundle = await setup({ hasMessage: false, onUnknown: 'resend' });

  const trace = await bundle.send();

  expect(trace.attempts).toMatchObject([
    { provider: 'infobip', result: 'unknown', code: 'connection_reset', wasAsked: true },
    { provider: 'http', result: 'accepted' },
  ]);
  expect(bundle.infobip.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
  const metrics = await bundle.worker.metrics();
  expect(series(metrics, 'gateway_possible_duplicates_total{provider="http"}')).toBe(1);
});
