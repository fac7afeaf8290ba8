import { createLogger } from '@sms-gateway/process';
import { type ProviderConfig } from '@sms-gateway/config';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startScriptedProviderServer } from '../../../test/support/scripted-provider-server.ts';
import { createProvider } from './create-provider.ts';

const DEPS = {
  connections: 1,
  onReceipt: () => Promise.resolve(),
  logger: createLogger({ service: 'test', level: 'silent' }),
};
const UUID = '40385f64-5717-4562-b3fc-2c963f66afa6';

const CONFIGS: [kind: string, (url: string) => ProviderConfig, path: string][] = [
  [
    'aws',
    (apiUrl) => ({
      kind: 'aws',
      region: 'eu-central-1',
      originationIdentity: undefined,
      configurationSet: undefined,
      apiUrl,
    }),
    '/',
  ],
  ['http', (url) => ({ kind: 'http', url: `${url}/sms`, token: 't' }), '/sms'],
  ['infobip', (baseUrl) => ({ kind: 'infobip', baseUrl, apiKey: 'k', from: 'Acme' }), '/sms/3/messages'],
  [
    'plivo',
    (apiUrl) => ({
      kind: 'plivo',
      authId: 'MA1',
      authToken: 't',
      sender: { kind: 'powerpack', powerpackUuid: UUID },
      apiUrl,
    }),
    '/v1/Account/MA1/Message/',
  ],
  [
    'sinch',
    (apiUrl) => ({ kind: 'sinch', servicePlanId: 'p', apiToken: 't', region: 'us', from: 'Acme', apiUrl }),
    '/xms/v1/p/batches',
  ],
  [
    'telnyx',
    (apiUrl) => ({
      kind: 'telnyx',
      publicKey: undefined,
      apiKey: 'k',
      sender: { kind: 'number_pool', messagingProfileId: UUID },
      apiUrl,
    }),
    '/v2/messages',
  ],
  [
    'twilio',
    (apiUrl) => ({
      kind: 'twilio',
      accountSid: 'AC1',
      credentials: { kind: 'auth_token', authToken: 't' },
      sender: { kind: 'from', from: '+14155550100' },
      apiUrl,
    }),
    '/2010-04-01/Accounts/AC1/Messages.json',
  ],
  [
    'vonage',
    (apiUrl) => ({
      kind: 'vonage',
      signatureSecret: undefined,
      apiKey: 'k',
      apiSecret: 's',
      from: 'Acme',
      apiUrl,
    }),
    '/sms/json',
  ],
];

test.each(CONFIGS)('the provider %s sends where its configuration says', async (kind, configOf, path) => {
  // Where AWS's SDK looks first.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  await using server = await startScriptedProviderServer((response) => response.end());
  const provider = await createProvider(configOf(server.url), DEPS);
  onTestFinished(() => provider.close());

  await provider.send(
    {
      id: 'm',
      to: '+14155550123',
      from: undefined,
      sender: undefined,
      receiptUrl: undefined,
      body: 'text',
      validitySeconds: 60,
    },
    new AbortController().signal,
  );

  expect(provider.name).toBe(kind);
  expect(server.requests).toMatchObject([{ method: 'POST', path }]);
  expect(server.requests[0]?.body).not.toContain('kind');
});

test('the provider console needs nothing', async () => {
  expect((await createProvider({ kind: 'console' }, DEPS)).name).toBe('console');
});
