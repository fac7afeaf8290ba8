import { describe, expect, test } from 'vitest';
import { loadIngressConfig, loadWorkerConfig } from './load-config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const INGRESS = {
  AUTH0_SECRET: 'secret-of-more-than-thirty-two-bytes',
  AUTH0_AUDIENCE: 'audience',
  PAYLOAD_KEYS: KEY,
  ALLOWED_COUNTRIES: 'US',
  PUBLIC_URL: 'https://sms.example.com',
};
const PUBLIC_KEY = Buffer.alloc(32, 1).toString('base64');
const TWILIO = {
  PAYLOAD_KEYS: KEY,
  PROVIDERS: 'twilio',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_API_KEY: 'SK1',
  TWILIO_API_SECRET: 'api-secret',
  TWILIO_FROM: '+14155550100',
};

type Env = Record<string, string>;
const ingress = (env: Env, yaml = '') => loadIngressConfig({ env, readFile: () => yaml });
const worker = (env: Env) => loadWorkerConfig({ env });

test('the ingress takes what verifies receipts', () => {
  const { receipts } = ingress({
    ...INGRESS,
    TWILIO_AUTH_TOKEN: 'twilio-token',
    VONAGE_SIGNATURE_SECRET: 'vonage-secret',
    TELNYX_PUBLIC_KEY: PUBLIC_KEY,
    PLIVO_AUTH_TOKEN: 'plivo-token',
    SINCH_WEBHOOK_SECRET: 'sinch-secret',
  });

  expect(receipts).toEqual({
    twilio: { authToken: 'twilio-token' },
    vonage: { signatureSecret: 'vonage-secret' },
    telnyx: { publicKey: PUBLIC_KEY },
    plivo: { authToken: 'plivo-token' },
    sinch: { webhookSecret: 'sinch-secret' },
  });
});

test('the ingress needs no other setting of a provider, also where one file serves both processes', () => {
  const yaml = `
providers:
  order: [twilio, http]
  twilio: { accountSid: "\${NOT_HERE}", apiSecret: "\${NOR_HERE}", authToken: twilio-token }
  http: { token: "\${NOT_HERE_EITHER}" }
`;

  expect(ingress({ ...INGRESS, GATEWAY_CONFIG: 'gateway.yaml' }, yaml).receipts).toMatchObject({
    twilio: { authToken: 'twilio-token' },
  });
});

test('a setting that neither process knows is a problem for both', () => {
  const env = { ...INGRESS, GATEWAY_CONFIG: 'gateway.yaml' };

  expect(() => ingress(env, 'providers: { twilio: { autToken: x } }')).toThrow(
    'providers.twilio.autToken: no such setting (did you mean authToken?)',
  );
});

test('a public key that is none is refused without being repeated', () => {
  expect(() => ingress({ ...INGRESS, TELNYX_PUBLIC_KEY: 'not-a-key' })).toThrow(
    'TELNYX_PUBLIC_KEY: must be base64 of 32 bytes',
  );
});

describe('the operator is warned', () => {
  test('that nobody will know what was not delivered, without PUBLIC_URL', () => {
    expect(worker({ ...TWILIO, TWILIO_AUTH_TOKEN: 'token' }).warnings).toEqual([
      'PUBLIC_URL: not set, so no delivery receipts are asked for: nobody will know what was not delivered',
    ]);
    expect(worker({ PAYLOAD_KEYS: KEY, PROVIDERS: 'console' }).warnings).toEqual([]);
  });

  test.each<[string, Env, string]>([
    ['twilio', TWILIO, 'TWILIO_AUTH_TOKEN'],
    [
      'vonage',
      { PROVIDERS: 'vonage', VONAGE_API_KEY: 'k', VONAGE_API_SECRET: 's', VONAGE_FROM: 'Acme' },
      'VONAGE_SIGNATURE_SECRET',
    ],
    [
      'telnyx',
      { PROVIDERS: 'telnyx', TELNYX_API_KEY: 'k', TELNYX_FROM: '+14155550100' },
      'TELNYX_PUBLIC_KEY',
    ],
  ])('that receipts of %s could not be verified', (name, env, variable) => {
    const common = { PAYLOAD_KEYS: KEY, PUBLIC_URL: 'https://sms.example.com', ...env };
    const proof = { TELNYX_PUBLIC_KEY: PUBLIC_KEY, VONAGE_SIGNATURE_SECRET: 's', TWILIO_AUTH_TOKEN: 't' };

    expect(worker(common).warnings).toEqual([
      `${variable}: not set, so ${name} is asked for no delivery receipts: they could not be verified`,
    ]);
    expect(worker({ ...common, ...proof }).warnings).toEqual([]);
  });

  test('of receipts in the clear, unless they stay on this machine', () => {
    const warning = 'PUBLIC_URL: is not https, so delivery receipts come over the network in the clear';

    expect(ingress({ ...INGRESS, PUBLIC_URL: 'http://sms.example.com' }).warnings).toContain(warning);
    expect(ingress({ ...INGRESS, PUBLIC_URL: 'http://localhost:8080' }).warnings).not.toContain(warning);
  });

  test('of a template that makes a code cost more than one segment', () => {
    const warningsFor = (template: string) => ingress({ ...INGRESS, MESSAGE_TEMPLATE: template }).warnings;

    expect(warningsFor('Your code is @@password@@')).toEqual([]);
    expect(warningsFor(`Your code – ${'x'.repeat(70)} @@password@@`)).toEqual([
      'MESSAGE_TEMPLATE: makes a code cost 2 SMS segments (UCS-2, because of U+2013)',
    ]);
    expect(warningsFor(`${'x'.repeat(154)} {{ code }}`)).toEqual([
      'MESSAGE_TEMPLATE: makes a code cost 2 SMS segments (GSM-7, too long)',
    ]);
  });
});

describe('new providers:', () => {
  const SMPP = {
    PAYLOAD_KEYS: KEY,
    PROVIDERS: 'smpp',
    SMPP_URL: 'smpps://smsc.example.com',
    SMPP_SYSTEM_ID: 'gateway',
    SMPP_PASSWORD: 'secret08',
    SMPP_FROM: 'Acme',
    SMPP_RATE_LIMIT: '12.5',
  };

  test('smpp', () => {
    const { providers, rateLimits } = worker(SMPP);
    expect(providers).toEqual([
      {
        kind: 'smpp',
        host: 'smsc.example.com',
        port: 3550,
        tls: true,
        systemId: 'gateway',
        password: 'secret08',
        systemType: '',
        from: 'Acme',
        windowSize: 10,
      },
    ]);
    expect(rateLimits).toEqual({ smpp: 12.5 });
    expect(worker({ ...SMPP, SMPP_URL: 'smpp://[::1]:2776' }).providers).toMatchObject([
      { host: '::1', port: 2776, tls: false },
    ]);
  });

  test.each<[string, Env, string]>([
    ['no scheme of SMPP', { SMPP_URL: 'https://x' }, 'SMPP_URL: must be a URL that begins with smpp://'],
    ['a password in the URL', { SMPP_URL: 'smpp://a:b@x' }, 'SMPP_URL: must not hold a user or password'],
    ['a path', { SMPP_URL: 'smpp://x/y' }, 'SMPP_URL: must have nothing after the port'],
    ['a long password', { SMPP_PASSWORD: '123456789' }, 'SMPP_PASSWORD: must be 1 to 8 printable ASCII'],
    ['a window of nothing', { SMPP_WINDOW: '0' }, 'SMPP_WINDOW: must be a whole number from 1 to 1000'],
    ['a rate of nothing', { SMPP_RATE_LIMIT: '0' }, 'SMPP_RATE_LIMIT: must be a number from 0.1 to 10000'],
    ['no system ID', { SMPP_SYSTEM_ID: '' }, 'SMPP_SYSTEM_ID: not set; the operator of the SMSC gives it'],
  ])('smpp with %s is refused', (_title, env, message) => {
    expect(() => worker({ ...SMPP, ...env })).toThrow(message);
  });

  test('aws needs a region, and looks for credentials itself', () => {
    const env = { PAYLOAD_KEYS: KEY, PROVIDERS: 'aws' };

    expect(worker({ ...env, AWS_REGION: 'eu-central-1' }).providers).toEqual([
      {
        kind: 'aws',
        region: 'eu-central-1',
        originationIdentity: undefined,
        configurationSet: undefined,
        apiUrl: undefined,
      },
    ]);
    expect(() => worker(env)).toThrow('AWS_REGION: not set');
  });

  test('the simulator is refused in production', () => {
    const env = { PAYLOAD_KEYS: KEY, PROVIDERS: 'simulator' };

    expect(worker(env).providers).toEqual([{ kind: 'simulator' }]);
    expect(() => worker({ ...env, NODE_ENV: 'production' })).toThrow(
      'PROVIDERS: must not name simulator where NODE_ENV is production',
    );
  });
});
