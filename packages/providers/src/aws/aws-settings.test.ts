import { describeConfig, loadWorkerConfig } from '@sms-gateway/config';
import { expect, test } from 'vitest';
import { PROVIDERS } from '../registry.ts';

const AWS = { PAYLOAD_ENCRYPTION: 'off', PROVIDERS: 'aws', AWS_REGION: 'eu-central-1' };

const worker = (env: Record<string, string> = {}) =>
  loadWorkerConfig({ env: { ...AWS, ...env }, providers: PROVIDERS });

test('AWS needs no more than a region, and looks for credentials itself', () => {
  const config = worker();

  expect(config.providers).toEqual([
    {
      name: 'aws',
      kind: 'aws',
      options: {
        region: 'eu-central-1',
        originationIdentity: undefined,
        configurationSet: undefined,
        apiUrl: undefined,
      },
    },
  ]);
  expect(describeConfig(config, PROVIDERS)['providers']).toMatchObject([
    { authentication: 'chain', sender: 'default' },
  ]);
});

test('AWS is told what else is set, which is described without the sender', () => {
  const config = worker({
    AWS_SMS_ORIGINATION_IDENTITY: '+14155550100',
    AWS_SMS_CONFIGURATION_SET: 'codes',
    AWS_SMS_API_URL: 'http://127.0.0.1:1/',
  });

  expect(config.providers).toMatchObject([
    {
      options: {
        originationIdentity: '+14155550100',
        configurationSet: 'codes',
        apiUrl: 'http://127.0.0.1:1',
      },
    },
  ]);
  const { providers } = describeConfig(config, PROVIDERS);
  expect(providers).toMatchObject([{ sender: 'from', origin: 'http://127.0.0.1:1' }]);
  expect(JSON.stringify(providers)).not.toContain('4155550100');
});

test.each<[string, Record<string, string>, string]>([
  ['no region', { AWS_REGION: '' }, 'AWS_REGION: not set; set the region'],
  ['a region that is none', { AWS_REGION: 'Frankfurt' }, 'AWS_REGION: must be the name of an AWS region'],
  [
    'an identity of two words',
    { AWS_SMS_ORIGINATION_IDENTITY: 'a b' },
    'AWS_SMS_ORIGINATION_IDENTITY: must be',
  ],
  ['no URL for the API', { AWS_SMS_API_URL: 'aws' }, 'AWS_SMS_API_URL: must be a URL'],
])('AWS with %s is refused', (_what, env, message) => {
  expect(() => worker(env)).toThrow(message);
});
