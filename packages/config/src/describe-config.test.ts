import { expect, test } from 'vitest';
import { PROVIDERS } from '../../providers/src/registry.ts';
import { describeConfig } from './describe-config.ts';
import { loadIngressConfig, loadWorkerConfig } from './load-config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64url');

test('describes an ingress with its secrets as counts and no password of Redis', () => {
  const config = loadIngressConfig({
    providers: PROVIDERS,
    env: {
      AUTH0_SECRET: 'canary-one,canary-two',
      AUTH0_AUDIENCE: 'audience',
      PAYLOAD_KEYS: KEY,
      REDIS_URL: 'redis://canary-user:canary-password@redis.example.com:6380/2',
    },
  });

  const description = describeConfig(config, PROVIDERS);

  expect(description).toMatchObject({
    port: 8080,
    redis: { kind: 'standalone', url: 'redis://redis.example.com:6380/2', authentication: 'configured' },
    payloadKeys: { kind: 'keys', keyCount: 1 },
    connections: [{ name: 'default', audience: 'audience', secretCount: 2 }],
  });
  const text = JSON.stringify(description);
  for (const secret of ['canary', KEY, '"7"', '"0":']) expect(text).not.toContain(secret);
});

test('describes a worker without credentials, sender numbers and paths of providers', () => {
  const config = loadWorkerConfig({
    providers: PROVIDERS,
    env: {
      PAYLOAD_ENCRYPTION: 'off',
      PROVIDERS: 'twilio,http,console',
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_API_KEY: 'SKcanary',
      TWILIO_API_SECRET: 'canary',
      TWILIO_FROM: '+14155550100',
      HTTP_PROVIDER_URL: 'https://sms.example.com/canary?key=canary',
      HTTP_PROVIDER_TOKEN: 'canary',
    },
  });

  const description = describeConfig(config, PROVIDERS);

  expect(description).toMatchObject({
    redis: { authentication: 'none' },
    payloadKeys: { kind: 'off' },
    providers: [
      { kind: 'twilio', authentication: 'api_key', sender: 'from', origin: 'default' },
      { kind: 'http', origin: 'https://sms.example.com', authentication: 'configured' },
      { kind: 'console' },
    ],
  });
  expect(JSON.stringify(description)).not.toMatch(/canary|4155550100/);
});

test('describes receipts by provider and proof', () => {
  const config = loadIngressConfig({
    providers: PROVIDERS,
    env: {
      AUTH0_SECRET: 'secret',
      AUTH0_AUDIENCE: 'audience',
      PAYLOAD_ENCRYPTION: 'off',
      PUBLIC_URL: 'https://sms.example.com',
      TWILIO_AUTH_TOKEN: 'canary',
      SINCH_WEBHOOK_SECRET: 'canary',
    },
  });

  const description = describeConfig(config, PROVIDERS);

  expect(description).toMatchObject({
    publicUrl: 'https://sms.example.com',
    receipts: { infobip: 'reference', sinch: 'signature', twilio: 'signature' },
  });
  expect(JSON.stringify(description)).not.toContain('canary');
});

test('describes routes without senders and without a prefix that is a whole number', () => {
  const yaml = `
routes:
  one:
    prefixes: ["+4915", "+4915112345678"]
    providers: [console]
    senders: { console: [Canary, "+14155550100"] }
`;
  const env = { PAYLOAD_ENCRYPTION: 'off', PROVIDERS: 'console', GATEWAY_CONFIG: 'gateway.yaml' };

  const description = describeConfig(
    loadWorkerConfig({ env, readFile: () => yaml, providers: PROVIDERS }),
    PROVIDERS,
  );

  expect(description).toMatchObject({
    routing: { routes: [{ name: 'one', match: { prefixes: ['+4915', '+49151…'] }, senders: ['console'] }] },
  });
  expect(JSON.stringify(description)).not.toMatch(/Canary|4155550100|12345678/);
});
