import { expect, onTestFinished, test, vi } from 'vitest';
import { startScriptedProviderServer } from '../../../test/support/scripted-provider-server.ts';
import { REQUEST } from '../../../test/support/send-once.ts';
import { createLocalMemory } from '../../../test/support/smpp-provider.ts';
import { createProvider } from './configured-providers.ts';
import { PROVIDERS } from './registry.ts';

const DEPS = {
  connections: 1,
  onReceipt: () => Promise.resolve(undefined),
  onLateResult: () => Promise.resolve(),
  onEvent: () => undefined,
  memory: createLocalMemory(),
  deliverToInbox: () => Promise.resolve(),
  log: () => undefined,
};
const UUID = '40385f64-5717-4562-b3fc-2c963f66afa6';

const CONFIGS: [kind: string, (url: string) => object, path: string][] = [
  [
    'aws',
    (apiUrl) => ({
      region: 'eu-central-1',
      originationIdentity: undefined,
      configurationSet: undefined,
      apiUrl,
    }),
    '/',
  ],
  ['http', (url) => ({ url: `${url}/sms`, token: 't' }), '/sms'],
  ['infobip', (baseUrl) => ({ baseUrl, apiKey: 'k', from: 'Acme' }), '/sms/3/messages'],
  [
    'plivo',
    (apiUrl) => ({
      authId: 'MA1',
      authToken: 't',
      sender: { powerpackUuid: UUID },
      apiUrl,
    }),
    '/v1/Account/MA1/Message/',
  ],
  [
    'sinch',
    (apiUrl) => ({ servicePlanId: 'p', apiToken: 't', region: 'us', from: 'Acme', apiUrl }),
    '/xms/v1/p/batches',
  ],
  [
    'telnyx',
    (apiUrl) => ({
      publicKey: undefined,
      apiKey: 'k',
      sender: { messagingProfileId: UUID },
      apiUrl,
    }),
    '/v2/messages',
  ],
  [
    'twilio',
    (apiUrl) => ({
      accountSid: 'AC1',
      credentials: { authToken: 't' },
      sender: { from: '+14155550100' },
      apiUrl,
    }),
    '/2010-04-01/Accounts/AC1/Messages.json',
  ],
  [
    'vonage',
    (apiUrl) => ({
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
  // The AWS SDK looks here first.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  onTestFinished(() => void vi.unstubAllEnvs());
  await using server = await startScriptedProviderServer((response) => response.end());
  const provider = await createProvider(
    { name: `${kind}:own`, kind, options: configOf(server.url) },
    PROVIDERS,
    DEPS,
  );
  onTestFinished(() => provider.close());

  await provider.send(REQUEST, new AbortController().signal);

  expect(provider.name).toBe(`${kind}:own`);
  expect(server.requests).toMatchObject([{ method: 'POST', path }]);
});

test('the console provider needs no options', async () => {
  expect(
    (await createProvider({ name: 'console', kind: 'console', options: {} }, PROVIDERS, DEPS)).name,
  ).toBe('console');
});
