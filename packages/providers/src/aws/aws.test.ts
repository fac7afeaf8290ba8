import { getEventListeners } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { REQUEST, sendOnce } from '../../../../test/support/send-once.ts';
import {
  refusingUrl,
  startScriptedProviderServer,
} from '../../../../test/support/scripted-provider-server.ts';
import type { SendRequest } from '../provider.ts';
import { type AwsProviderOptions, createAwsProvider } from './aws.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'the-secret' };

function send(options: Partial<AwsProviderOptions> = {}, request: Partial<SendRequest> = {}) {
  return sendOnce({
    create: (url) => createAwsProvider({ region: 'eu-central-1', apiUrl: url, credentials, ...options }),
    request: { body: 'Código: 493817 ✓', receiptUrl: 'https://sms.example.com/v1/receipts/aws', ...request },
  });
}

test('makes the documented request, signed', async () => {
  const { received, sent } = await send({ originationIdentity: 'Acme', configurationSet: 'codes' });

  expect(received).toMatchObject({ method: 'POST', path: '/' });
  expect(received.headers).toMatchObject({
    'x-amz-target': 'PinpointSMSVoiceV2.SendTextMessage',
    'content-type': 'application/x-amz-json-1.0',
  });
  expect(received.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/sms-voice\/aws4_request, SignedHeaders=/,
  );
  expect(sent).toEqual({
    DestinationPhoneNumber: '+14155550123',
    OriginationIdentity: 'Acme',
    MessageBody: 'Código: 493817 ✓',
    MessageType: 'TRANSACTIONAL',
    ConfigurationSetName: 'codes',
    TimeToLive: 120,
    Context: { messageId: 'msg_0123456789abcdefghij-_' },
  });
});

test('lets AWS choose the sender unless the configuration or the route names one', async () => {
  expect((await send()).sent).not.toHaveProperty('OriginationIdentity');
  expect((await send({ originationIdentity: 'Acme' }, { sender: 'pool-1' })).sent).toMatchObject({
    OriginationIdentity: 'pool-1',
  });
});

test.each([
  [1, 5],
  [400_000, 259_200],
])('clips a validity of %d s to %d s', async (validitySeconds, ttl) => {
  expect((await send({}, { validitySeconds })).sent).toMatchObject({ TimeToLive: ttl });
});

describe('without credentials', () => {
  const create = (credentialsProvider: AwsProviderOptions['credentials'], apiUrl: string) => {
    const provider = createAwsProvider({ region: 'eu-central-1', apiUrl, credentials: credentialsProvider });
    onTestFinished(() => provider.close());
    return provider;
  };

  test('nothing is sent, and the fault is the account’s', async () => {
    const provider = create(async () => {
      throw Object.assign(new Error('the-secret'), { name: 'CredentialsProviderError' });
    }, refusingUrl());

    expect(await provider.send(REQUEST, new AbortController().signal)).toEqual({
      kind: 'provider_fault',
      code: 'aws_credentials',
      isRecognised: true,
    });
  });

  test('the wait for them ends when the call is aborted, and nothing is sent afterwards', async () => {
    await using server = await startScriptedProviderServer((response) => response.end('{"MessageId":"m-1"}'));
    let release: (value: typeof credentials) => void = () => undefined;
    const late = new Promise<typeof credentials>((resolve) => {
      release = resolve;
    });
    const provider = create(() => late, server.url);
    const controller = new AbortController();
    const sending = provider.send(REQUEST, controller.signal);

    controller.abort();
    expect(await sending).toMatchObject({ kind: 'transient', code: 'aborted' });
    release(credentials);
    expect(await provider.send(REQUEST, new AbortController().signal)).toMatchObject({ kind: 'accepted' });

    expect(server.requests).toHaveLength(1);
  });
});

test('removes its listener from a signal that outlives the attempt', async () => {
  await using server = await startScriptedProviderServer((response) => response.end('{"MessageId":"m-1"}'));
  const provider = createAwsProvider({ region: 'eu-central-1', apiUrl: server.url, credentials });
  onTestFinished(() => provider.close());
  const { signal } = new AbortController();

  await provider.send(REQUEST, signal);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('refuses an unusable URL', () => {
  expect(() => createAwsProvider({ region: 'eu-central-1', apiUrl: 'ftp://x' })).toThrow('apiUrl');
});
