import { ConfigError, describeConfig, loadWorkerConfig } from '@sms-gateway/config';
import { describe, expect, test } from 'vitest';
import { problemsOf } from '../../../test/support/load-settings.ts';
import { PROVIDERS } from './registry.ts';

type Environment = Record<string, string>;

const UUID = '40385f64-5717-4562-b3fc-2c963f66afa6';
const NUMBER = '+14155550100';

const VONAGE = { VONAGE_API_KEY: 'abcd1234', VONAGE_API_SECRET: 'canary-secret', VONAGE_FROM: 'Acme' };
const TELNYX = { TELNYX_API_KEY: 'canary-key', TELNYX_FROM: NUMBER };
const PLIVO = {
  PLIVO_AUTH_ID: 'MA0123456789ABCDEFGH',
  PLIVO_AUTH_TOKEN: 'canary-token',
  PLIVO_FROM: NUMBER,
};
const INFOBIP = {
  INFOBIP_BASE_URL: 'https://xyz.api.infobip.com/',
  INFOBIP_API_KEY: 'canary-key',
  INFOBIP_FROM: 'Acme',
};
const SINCH = {
  SINCH_SERVICE_PLAN_ID: 'jd63jf88477ll',
  SINCH_API_TOKEN: 'canary-token',
  SINCH_FROM: NUMBER,
};

function load(env: Environment, files: Record<string, string> = {}) {
  return loadWorkerConfig({
    providers: PROVIDERS,
    env: { PAYLOAD_ENCRYPTION: 'off', ...env },
    readFile: (path) => files[path] ?? '',
  });
}

const without = (env: Environment, name: string): Environment => ({ ...env, [name]: '' });

const GOOD: [what: string, env: Environment, options: object][] = [
  [
    'vonage',
    { PROVIDERS: 'vonage', ...VONAGE, VONAGE_API_URL: 'http://127.0.0.1:1/' },
    {
      signatureSecret: undefined,
      apiKey: 'abcd1234',
      apiSecret: 'canary-secret',
      from: 'Acme',
      apiUrl: 'http://127.0.0.1:1',
    },
  ],
  [
    'telnyx with a number',
    { PROVIDERS: 'telnyx', ...TELNYX, TELNYX_API_URL: 'http://127.0.0.1:1' },
    {
      publicKey: undefined,
      apiKey: 'canary-key',
      sender: { from: NUMBER, messagingProfileId: undefined },
      apiUrl: 'http://127.0.0.1:1',
    },
  ],
  [
    'telnyx with a sender ID of letters and its profile',
    { PROVIDERS: 'telnyx', ...TELNYX, TELNYX_FROM: 'Acme', TELNYX_MESSAGING_PROFILE_ID: UUID },
    {
      publicKey: undefined,
      apiKey: 'canary-key',
      sender: { from: 'Acme', messagingProfileId: UUID },
      apiUrl: undefined,
    },
  ],
  [
    'telnyx with a number pool',
    { PROVIDERS: 'telnyx', ...without(TELNYX, 'TELNYX_FROM'), TELNYX_MESSAGING_PROFILE_ID: UUID },
    {
      publicKey: undefined,
      apiKey: 'canary-key',
      sender: { messagingProfileId: UUID },
      apiUrl: undefined,
    },
  ],
  [
    'plivo with a number',
    { PROVIDERS: 'plivo', ...PLIVO, PLIVO_API_URL: 'http://127.0.0.1:1' },
    {
      authId: 'MA0123456789ABCDEFGH',
      authToken: 'canary-token',
      sender: { from: NUMBER },
      apiUrl: 'http://127.0.0.1:1',
    },
  ],
  [
    'plivo while its auth token is rotated',
    { PROVIDERS: 'plivo', ...PLIVO, PLIVO_AUTH_TOKEN: 'canary-new,canary-old' },
    {
      authId: 'MA0123456789ABCDEFGH',
      authToken: 'canary-new',
      spareAuthTokens: ['canary-old'],
      sender: { from: NUMBER },
      apiUrl: undefined,
    },
  ],
  [
    'plivo with a Powerpack',
    { PROVIDERS: 'plivo', ...without(PLIVO, 'PLIVO_FROM'), PLIVO_POWERPACK_UUID: UUID },
    {
      authId: 'MA0123456789ABCDEFGH',
      authToken: 'canary-token',
      sender: { powerpackUuid: UUID },
      apiUrl: undefined,
    },
  ],
  [
    'infobip',
    { PROVIDERS: 'infobip', ...INFOBIP },
    { baseUrl: 'https://xyz.api.infobip.com', apiKey: 'canary-key', from: 'Acme' },
  ],
  [
    'sinch, in the US unless told otherwise',
    { PROVIDERS: 'sinch', ...SINCH },
    {
      servicePlanId: 'jd63jf88477ll',
      apiToken: 'canary-token',
      region: 'us',
      from: NUMBER,
      apiUrl: undefined,
    },
  ],
  [
    'sinch elsewhere',
    { PROVIDERS: 'sinch', ...SINCH, SINCH_REGION: 'eu', SINCH_API_URL: 'http://127.0.0.1:1' },
    {
      servicePlanId: 'jd63jf88477ll',
      apiToken: 'canary-token',
      region: 'eu',
      from: NUMBER,
      apiUrl: 'http://127.0.0.1:1',
    },
  ],
];

const BAD: [what: string, env: Environment, problem: RegExp][] = [
  ...Object.entries({ vonage: VONAGE, plivo: PLIVO, infobip: INFOBIP, sinch: SINCH, telnyx: TELNYX }).flatMap(
    ([provider, env]) =>
      Object.keys(env).map((name): [string, Environment, RegExp] => [
        `no ${name}`,
        { PROVIDERS: provider, ...without(env, name) },
        new RegExp(`^${name}: not set; `),
      ]),
  ),
  [
    'a sender of Vonage with spaces',
    { PROVIDERS: 'vonage', ...VONAGE, VONAGE_FROM: '+1 415 555 0100' },
    /^VONAGE_FROM: must be a number in E\.164/,
  ],
  [
    'a secret of two words',
    { PROVIDERS: 'vonage', ...VONAGE, VONAGE_API_SECRET: 'canary canary' },
    /^VONAGE_API_SECRET: must be one word/,
  ],
  [
    'no sender of Telnyx',
    { PROVIDERS: 'telnyx', TELNYX_API_KEY: 'canary' },
    /^TELNYX_FROM: not set; .*TELNYX_MESSAGING_PROFILE_ID in its place/,
  ],
  [
    'a sender ID of letters without its profile',
    { PROVIDERS: 'telnyx', ...TELNYX, TELNYX_FROM: 'Canary' },
    /^TELNYX_MESSAGING_PROFILE_ID: not set, though TELNYX_FROM is a sender ID of letters/,
  ],
  [
    'a profile that is no UUID',
    { PROVIDERS: 'telnyx', ...TELNYX, TELNYX_MESSAGING_PROFILE_ID: 'canary' },
    /^TELNYX_MESSAGING_PROFILE_ID: must be a UUID/,
  ],
  [
    'no sender of Plivo',
    { PROVIDERS: 'plivo', ...without(PLIVO, 'PLIVO_FROM') },
    /^PLIVO_FROM: not set; .*PLIVO_POWERPACK_UUID in its place/,
  ],
  [
    'two senders of Plivo',
    { PROVIDERS: 'plivo', ...PLIVO, PLIVO_POWERPACK_UUID: UUID },
    /^PLIVO_FROM: contradicts PLIVO_POWERPACK_UUID/,
  ],
  [
    'an Auth ID that is a path',
    { PROVIDERS: 'plivo', ...PLIVO, PLIVO_AUTH_ID: 'MA/../canary' },
    /^PLIVO_AUTH_ID: must be letters and digits/,
  ],
  [
    'a base URL as the portal shows it',
    { PROVIDERS: 'infobip', ...INFOBIP, INFOBIP_BASE_URL: 'canary.api.infobip.com' },
    /^INFOBIP_BASE_URL: must be a URL that begins with https:/,
  ],
  [
    'a service plan that is a path',
    { PROVIDERS: 'sinch', ...SINCH, SINCH_SERVICE_PLAN_ID: 'canary/x' },
    /^SINCH_SERVICE_PLAN_ID: must be letters, digits/,
  ],
  [
    'a region that is none',
    { PROVIDERS: 'sinch', ...SINCH, SINCH_REGION: 'uss' },
    /^SINCH_REGION: must be one of us, eu, au, br, ca/,
  ],
];

describe('a provider', () => {
  test.each(GOOD)('%s is configured by the environment', (what, env, options) => {
    const [kind = ''] = what.split(/[ ,]/);
    expect(load(env).providers).toEqual([{ name: kind, kind, options }]);
  });

  test.each(GOOD)('%s is described without credentials and sender', (what, env) => {
    const [kind = ''] = what.split(/[ ,]/);
    const { providers } = describeConfig(load(env), PROVIDERS);

    expect(providers).toMatchObject([{ kind, authentication: 'configured', origin: expect.any(String) }]);
    expect(JSON.stringify(providers)).not.toMatch(/canary|Acme|4155550100/);
  });

  test('is configured by the file too, with its secrets from files', () => {
    const yaml = `
providers:
  order: [infobip, sinch, plivo, telnyx, vonage]
  infobip: { baseUrl: "https://xyz.api.infobip.com", from: Acme }
  sinch: { servicePlanId: jd63jf88477ll, region: br, from: "+14155550100" }
  plivo: { authId: MA0123456789ABCDEFGH, powerpackUuid: ${UUID} }
  telnyx: { messagingProfileId: ${UUID} }
  vonage: { apiKey: abcd1234, from: Acme }
`;
    const secrets = [
      'INFOBIP_API_KEY',
      'SINCH_API_TOKEN',
      'PLIVO_AUTH_TOKEN',
      'TELNYX_API_KEY',
      'VONAGE_API_SECRET',
    ];
    const env = Object.fromEntries(secrets.map((name) => [`${name}_FILE`, `/run/${name}`]));
    const files = Object.fromEntries(secrets.map((name) => [`/run/${name}`, `canary-${name}\n`]));

    const { providers } = load(
      { GATEWAY_CONFIG: '/gateway.yaml', ...env },
      { ...files, '/gateway.yaml': yaml },
    );

    expect(providers).toMatchObject([
      { kind: 'infobip', options: { apiKey: 'canary-INFOBIP_API_KEY' } },
      { kind: 'sinch', options: { apiToken: 'canary-SINCH_API_TOKEN', region: 'br' } },
      { kind: 'plivo', options: { authToken: 'canary-PLIVO_AUTH_TOKEN', sender: { powerpackUuid: UUID } } },
      { kind: 'telnyx', options: { apiKey: 'canary-TELNYX_API_KEY', sender: { messagingProfileId: UUID } } },
      { kind: 'vonage', options: { apiSecret: 'canary-VONAGE_API_SECRET' } },
    ]);
  });

  test.each(BAD)(
    'with %s is one problem that names its variable and shows no value',
    (_what, env, problem) => {
      const problems = problemsOf(() => load(env));

      expect(problems).toEqual([expect.stringMatching(problem)]);
      expect(new ConfigError(problems).message).not.toMatch(/canary/i);
    },
  );
});
