import { describe, expect, test } from 'vitest';
import {
  type Env,
  ingress,
  ingressFromYaml,
  KEY,
  INGRESS as WITHOUT_URL,
  worker,
} from '../../../test/support/load-settings.ts';

const INGRESS = { ...WITHOUT_URL, PUBLIC_URL: 'https://sms.example.com' };
const PUBLIC_KEY = Buffer.alloc(32, 1).toString('base64');
const TWILIO = {
  PAYLOAD_KEYS: KEY,
  PROVIDERS: 'twilio',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_API_KEY: 'SK1',
  TWILIO_API_SECRET: 'api-secret',
  TWILIO_FROM: '+14155550100',
};

test('the ingress takes what verifies receipts', () => {
  const { receipts } = ingress({
    ...INGRESS,
    TWILIO_AUTH_TOKEN: 'twilio-token, secondary',
    VONAGE_SIGNATURE_SECRET: 'vonage-secret',
    TELNYX_PUBLIC_KEY: PUBLIC_KEY,
    PLIVO_AUTH_TOKEN: 'plivo-token',
    SINCH_WEBHOOK_SECRET: 'sinch-secret',
  });

  const signed = (name: string, options: object) => ({ name, kind: name, proof: 'signature', options });
  expect(receipts).toEqual([
    { name: 'infobip', kind: 'infobip', proof: 'reference', options: {} },
    signed('plivo', { authTokens: ['plivo-token'] }),
    signed('sinch', { webhookSecrets: ['sinch-secret'] }),
    signed('telnyx', { publicKeys: [PUBLIC_KEY] }),
    signed('twilio', { authTokens: ['twilio-token', 'secondary'] }),
    signed('vonage', { signatureSecrets: ['vonage-secret'] }),
  ]);
});

test('the ingress needs no other setting of a provider, also where one file serves both processes', () => {
  const yaml = `
providers:
  order: [twilio, http]
  twilio: { accountSid: "\${NOT_HERE}", apiSecret: "\${NOR_HERE}", authToken: twilio-token }
  http: { token: "\${NOT_HERE_EITHER}" }
`;

  expect(ingressFromYaml(yaml, INGRESS).receipts).toContainEqual({
    name: 'twilio',
    kind: 'twilio',
    proof: 'signature',
    options: { authTokens: ['twilio-token'] },
  });
});

test('a setting that neither process knows is a problem for both', () => {
  expect(() => ingressFromYaml('providers: { twilio: { autToken: x } }', INGRESS)).toThrow(
    'providers.twilio.autToken: no such setting (did you mean authToken?)',
  );
});

test('a public key that is none is refused without being repeated', () => {
  expect(() => ingress({ ...INGRESS, TELNYX_PUBLIC_KEY: 'not-a-key' })).toThrow(
    'TELNYX_PUBLIC_KEY: entry 1 must be base64 of 32 bytes',
  );
});

test.each([
  ['a key of another length', Buffer.alloc(31, 1).toString('base64')],
  ['what only begins as base64', `${PUBLIC_KEY.slice(0, -1)}!`],
])('%s is no public key of Telnyx', (_what, publicKey) => {
  expect(() => ingress({ ...INGRESS, TELNYX_PUBLIC_KEY: publicKey })).toThrow(
    'TELNYX_PUBLIC_KEY: entry 1 must be base64 of 32 bytes',
  );
});

test('the ingress reads no variable that only the worker needs', () => {
  const bad = { TWILIO_ACCOUNT_SID: 'bad', SMPP_URL: 'bad', SINCH_REGION: 'bad', PROVIDERS: 'bad' };

  expect(ingress({ ...INGRESS, ...bad }).receipts).toMatchObject([{ name: 'infobip' }, { name: 'sinch' }]);
});

test('the worker skips what only the ingress reads, also where one file serves both processes', () => {
  const yaml = `
providers: { sinch: { webhookSecret: "\${NOT_HERE}" } }
connections: { default: { secrets: ["\${NOR_HERE}"], audience: a } }
`;
  const env = { PAYLOAD_KEYS: KEY, PROVIDERS: 'console', GATEWAY_CONFIG: 'gateway.yaml' };

  expect(worker(env, { 'gateway.yaml': yaml }).providers).toMatchObject([{ kind: 'console' }]);
});

describe('the operator is warned', () => {
  test('that receipts are answered with 404, where they could be verified but PUBLIC_URL is not set', () => {
    const secrets = { TWILIO_AUTH_TOKEN: 'token', SINCH_WEBHOOK_SECRET: 'secret' };

    expect(ingress({ ...WITHOUT_URL, ...secrets }).warnings).toEqual([
      'PUBLIC_URL: not set, so no delivery receipts are requested, and those of sinch, twilio are answered with 404',
    ]);
    expect(ingress(WITHOUT_URL).warnings).toEqual([]);
    expect(ingress({ ...INGRESS, ...secrets }).warnings).toEqual([]);
  });

  test('that nobody will know what was not delivered, without PUBLIC_URL', () => {
    expect(worker({ ...TWILIO, TWILIO_AUTH_TOKEN: 'token' }).warnings).toEqual([
      'PUBLIC_URL: not set, so no delivery receipts are requested, and undelivered messages go unnoticed',
    ]);
  });

  test.each<[string, Env]>([
    ['console', {}],
    ['simulator', {}],
    ['aws', { AWS_REGION: 'eu-central-1' }],
    ['http', { HTTP_PROVIDER_URL: 'https://sms.example.com', HTTP_PROVIDER_TOKEN: 'token' }],
  ])('of nothing where only %s is used, which calls nobody back', (name, env) => {
    expect(worker({ PAYLOAD_KEYS: KEY, PROVIDERS: name, ...env }).warnings).toEqual([]);
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
      `${variable}: not set, so no delivery receipts are requested from ${name}: they could not be verified`,
    ]);
    expect(worker({ ...common, ...proof }).warnings).toEqual([]);
  });

  test('of receipts in the clear, unless they stay on this machine', () => {
    const warning = 'PUBLIC_URL: is not https, so delivery receipts cross the network unencrypted';

    expect(ingress({ ...INGRESS, PUBLIC_URL: 'http://sms.example.com' }).warnings).toContain(warning);
    expect(ingress({ ...INGRESS, PUBLIC_URL: 'http://localhost:8080' }).warnings).not.toContain(warning);
  });

  test('of a template that makes a code cost more than one segment', () => {
    const warningsFor = (template: string) => ingress({ ...INGRESS, MESSAGE_TEMPLATE: template }).warnings;

    expect(warningsFor('Your code is @@password@@')).toEqual([]);
    expect(warningsFor(`Your code – ${'x'.repeat(70)} @@password@@`)).toEqual([
      'MESSAGE_TEMPLATE: every code costs 2 segments, UCS-2, because of U+2013 –',
    ]);
    expect(warningsFor(`${'x'.repeat(154)} {{ code }}`)).toEqual([
      'MESSAGE_TEMPLATE: every code costs 2 segments, GSM-7, because of its length',
    ]);
  });
});
