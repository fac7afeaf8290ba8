import { describe, expect, test } from 'vitest';
import {
  CANARY_SECRET as SECRET,
  ingress,
  INGRESS,
  KEY,
  TWILIO,
  worker,
  WORKER,
} from '../../../test/support/load-settings.ts';

const OTHER_KEY = Buffer.alloc(32, 8).toString('base64url');
const SERVICE_SID = `MG${'0123456789abcdef'.repeat(2)}`;

describe('an ingress configured by the environment', () => {
  test('has the documented defaults', () => {
    const config = ingress(INGRESS);

    expect(config).toEqual({
      logLevel: 'info',
      shutdownDelayMs: 5000,
      blockedDestinations: [],
      redisDataLoss: 'stop',
      shutdownTimeoutMs: 25_000,
      admin: { host: '127.0.0.1', port: 9090 },
      redis: { kind: 'standalone', url: 'redis://127.0.0.1:6379' },
      payloadKeys: { kind: 'keys', keys: [new Uint8Array(32).fill(7)] },
      host: '0.0.0.0',
      port: 8080,
      publicUrl: undefined,
      durability: { mode: 'fsync', replicas: 1 },
      screening: 'on',
      connections: [
        {
          name: 'default',
          secrets: [new Uint8Array(Buffer.from(SECRET))],
          secretsBase64: false,
          audience: 'https://sms.example.com',
          subject: undefined,
          issuer: undefined,
          maxTokenAgeMs: 3_600_000,
          requiresTokenTime: false,
          messageTtlMs: 180_000,
          repeatWindowMs: 10_000,
          defaultCountry: undefined,
          destinations: expect.objectContaining({ allowedCountries: ['US'] }),
          limits: expect.anything(),
          guard: expect.anything(),
          spend: expect.anything(),
          prices: undefined,
        },
      ],
      receipts: [
        { name: 'infobip', kind: 'infobip', proof: 'reference', options: {} },
        { name: 'sinch', kind: 'sinch', proof: 'reference', options: { webhookSecrets: undefined } },
      ],
      warnings: [],
    });
  });

  test('reads every variable', () => {
    const config = ingress({
      ...INGRESS,
      AUTH0_SUBJECT: 'subject',
      AUTH0_ISSUER: 'issuer',
      ALLOWED_COUNTRIES: 'us, CA',
      DEFAULT_COUNTRY: 'gb',
      MESSAGE_TTL: '3m',
      HOST: '::1',
      PORT: '0',
      ADMIN_HOST: '0.0.0.0',
      ADMIN_PORT: '9999',
      PUBLIC_URL: 'https://sms.example.com/gateway/',
      DURABILITY: 'replicated',
      DURABILITY_REPLICAS: '2',
      SCREENING: 'record',
      LOG_LEVEL: 'debug',
      SHUTDOWN_DELAY: '0s',
      SHUTDOWN_TIMEOUT: '1500ms',
      REDIS_URL: 'rediss://user:pass@redis.example.com:6380/2',
    });

    expect(config).toMatchObject({
      host: '::1',
      port: 0,
      admin: { host: '0.0.0.0', port: 9999 },
      publicUrl: 'https://sms.example.com/gateway',
      durability: { mode: 'replicated', replicas: 2 },
      screening: 'record',
      logLevel: 'debug',
      shutdownDelayMs: 0,
      redisDataLoss: 'stop',
      shutdownTimeoutMs: 1500,
      redis: { url: 'rediss://user:pass@redis.example.com:6380/2' },
    });
    expect(config.connections[0]).toMatchObject({
      subject: 'subject',
      issuer: 'issuer',
      destinations: { allowedCountries: ['US', 'CA'] },
      defaultCountry: 'GB',
      messageTtlMs: 180_000,
    });
  });

  test('reads several secrets and keys, in their order', () => {
    const config = ingress({
      ...INGRESS,
      AUTH0_SECRET: `${SECRET}, ${SECRET}2`,
      PAYLOAD_KEYS: `${OTHER_KEY},${KEY}`,
    });

    expect(config.connections[0]?.secrets.map((secret) => Buffer.from(secret).toString())).toEqual([
      SECRET,
      `${SECRET}2`,
    ]);
    expect(config.payloadKeys).toEqual({
      kind: 'keys',
      keys: [new Uint8Array(32).fill(8), new Uint8Array(32).fill(7)],
    });
  });

  test.each([
    ['base64url', Buffer.alloc(32, 0xfb).toString('base64url')],
    ['padded base64url', `${Buffer.alloc(32, 0xfb).toString('base64url')}=`],
    ['the standard alphabet', Buffer.alloc(32, 0xfb).toString('base64')],
  ])('decodes secrets and keys in %s', (_alphabet, encoded) => {
    const config = ingress({
      ...INGRESS,
      AUTH0_SECRET: encoded,
      AUTH0_SECRET_BASE64: 'true',
      PAYLOAD_KEYS: encoded,
    });

    expect(config.connections[0]?.secrets).toEqual([new Uint8Array(32).fill(0xfb)]);
    expect(config.payloadKeys).toEqual({ kind: 'keys', keys: [new Uint8Array(32).fill(0xfb)] });
  });

  test('reads a secret from the file its _FILE variable names, without the trailing newline', () => {
    const { AUTH0_SECRET: _, ...rest } = INGRESS;

    const config = ingress(
      { ...rest, AUTH0_SECRET_FILE: '/run/secrets/auth0' },
      { '/run/secrets/auth0': `${SECRET}\n` },
    );

    expect(config.connections[0]?.secrets).toEqual([new Uint8Array(Buffer.from(SECRET))]);
  });

  test.each([
    ['one per line', 'first-secret-of-at-least-32-bytes-xx,\nsecond-secret-of-at-least-32-bytes-x\n', 2],
    ['with Windows line ends', `${SECRET},\r\n${SECRET.toUpperCase()}\r\n`, 2],
  ])('reads several secrets from a file, %s', (_title, content, count) => {
    const { AUTH0_SECRET: _, ...rest } = INGRESS;

    const config = ingress(
      { ...rest, AUTH0_SECRET_FILE: '/run/secrets/auth0' },
      { '/run/secrets/auth0': content },
    );

    expect(config.connections[0]?.secrets).toHaveLength(count);
  });

  test('refuses a secret file that openssl has wrapped, and says why', () => {
    const { AUTH0_SECRET: _, ...rest } = INGRESS;
    const wrapped = `${'x'.repeat(64)}\nyyyy==\n`;

    expect(() =>
      ingress({ ...rest, AUTH0_SECRET_FILE: '/run/secrets/auth0' }, { '/run/secrets/auth0': wrapped }),
    ).toThrow(/AUTH0_SECRET_FILE: \/run\/secrets\/auth0 has several lines; a secret has one .*tr -d '\\n'/);
  });

  test('treats an empty variable as unset', () => {
    const config = ingress({
      ...INGRESS,
      PORT: '',
      AUTH0_SECRET_FILE: '',
      AUTH0_ISSUER: ' ',
      GATEWAY_CONFIG: '',
    });

    expect(config.port).toBe(8080);
    expect(config.connections[0]?.issuer).toBeUndefined();
  });

  test('connects to Sentinel and to Cluster', () => {
    const sentinels = { REDIS_SENTINELS: 'a, b:26380,[::1]:1', REDIS_SENTINEL_NAME: 'mymaster' };

    expect(ingress({ ...INGRESS, ...sentinels }).redis).toEqual({
      kind: 'sentinel',
      name: 'mymaster',
      nodes: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_380 },
        { host: '::1', port: 1 },
      ],
      url: 'redis://127.0.0.1:6379',
      sentinelAuth: { username: undefined, password: undefined, tls: false },
    });
    const sentinelAuth = {
      REDIS_SENTINEL_USERNAME: 'gateway',
      REDIS_SENTINEL_PASSWORD: 'secret',
      REDIS_SENTINEL_TLS: 'true',
    };
    expect(ingress({ ...INGRESS, ...sentinels, ...sentinelAuth }).redis).toMatchObject({
      sentinelAuth: { username: 'gateway', password: 'secret', tls: true },
    });
    expect(
      ingress({ ...INGRESS, REDIS_CLUSTER_NODES: 'a:7000,b', REDIS_URL: 'rediss://:p@x' }).redis,
    ).toEqual({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 7000 },
        { host: 'b', port: 6379 },
      ],
      url: 'rediss://:p@x',
    });
  });

  test.each([
    ['one Redis', {}, 'fsync', undefined],
    [
      'Sentinel',
      { REDIS_SENTINELS: 'a', REDIS_SENTINEL_NAME: 'mymaster' },
      'replicated',
      /failover of Sentinel/,
    ],
    ['a Cluster', { REDIS_CLUSTER_NODES: 'a' }, 'replicated', /failover of the Cluster/],
  ])(
    'has the right default of DURABILITY with %s, and warns of a weaker one',
    (_name, env, mode, warning) => {
      expect(ingress({ ...INGRESS, ...env }).durability.mode).toBe(mode);

      const { durability, warnings } = ingress({ ...INGRESS, ...env, DURABILITY: 'fsync' });
      expect(durability.mode).toBe('fsync');
      const found = warnings.find((text) => text.startsWith('DURABILITY'));
      if (warning === undefined) expect(found).toBeUndefined();
      else expect(found).toMatch(warning);
    },
  );

  test('is frozen at every level', () => {
    const config = ingress(INGRESS);

    expect(() => Object.assign(config.admin, { port: 1 })).toThrow(TypeError);
    expect(() => config.connections.pop()).toThrow(TypeError);
  });

  test.each([
    ['a short secret', { AUTH0_SECRET: 'short' }, 'AUTH0_SECRET: entry 1 has 5 bytes'],
    ['no allowed countries', { ALLOWED_COUNTRIES: '' }, 'ALLOWED_COUNTRIES: not set'],
    ['readable payloads', { PAYLOAD_KEYS: '', PAYLOAD_ENCRYPTION: 'off' }, 'PAYLOAD_ENCRYPTION: off'],
    ['no durability', { DURABILITY: 'none' }, 'DURABILITY: none'],
  ])('warns of %s', (_case, env, warning) => {
    const { warnings } = ingress({ ...INGRESS, ...env });

    expect(warnings).toEqual([expect.stringContaining(warning)]);
    expect(warnings.join()).not.toContain('short;');
  });
});

describe('a worker configured by the environment', () => {
  test('has the documented defaults', () => {
    expect(worker(WORKER)).toMatchObject({
      admin: { port: 9091 },
      concurrency: 100,
      onUnknown: 'resend',
      providers: [{ kind: 'console' }],
      warnings: [],
    });
  });

  test('keeps the failover order of its providers', () => {
    const config = worker({
      ...TWILIO,
      PROVIDERS: 'http, twilio',
      HTTP_PROVIDER_URL: 'http://127.0.0.1:1/sms?x=1',
      HTTP_PROVIDER_TOKEN: 'canary-http-token',
    });

    expect(config.providers).toEqual([
      {
        name: 'http',
        kind: 'http',
        options: { url: 'http://127.0.0.1:1/sms?x=1', token: 'canary-http-token' },
      },
      {
        name: 'twilio',
        kind: 'twilio',
        options: {
          accountSid: TWILIO.TWILIO_ACCOUNT_SID,
          credentials: { authToken: 'canary-auth-token' },
          sender: { from: '+14155550100' },
          apiUrl: undefined,
        },
      },
    ]);
  });

  test('prefers an API key of Twilio, and keeps the auth token, which verifies receipts', () => {
    const { TWILIO_FROM: _, ...rest } = TWILIO;
    const config = worker({
      ...rest,
      TWILIO_API_KEY: 'SK1',
      TWILIO_API_SECRET: 'canary-api-secret',
      TWILIO_MESSAGING_SERVICE_SID: SERVICE_SID,
      TWILIO_API_URL: 'http://127.0.0.1:1/',
    });

    expect(config.providers[0]).toMatchObject({
      options: {
        credentials: { apiKey: 'SK1', apiSecret: 'canary-api-secret', authToken: 'canary-auth-token' },
        sender: { messagingServiceSid: SERVICE_SID },
        apiUrl: 'http://127.0.0.1:1',
      },
    });
  });

  test('does not need the settings of the ingress', () => {
    expect(worker({ ...WORKER, PORT: 'nonsense', AUTH0_SECRET: ',' }).warnings).toEqual([]);
  });
});
