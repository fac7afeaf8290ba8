import { describe, expect, test } from 'vitest';
import { PROVIDERS } from '../../providers/src/registry.ts';
import { describeConfig } from './describe-config.ts';
import { loadRoutingConfig, loadWorkerConfig } from './load-config.ts';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const ENV = {
  PAYLOAD_KEYS: KEY,
  PROVIDERS: 'http',
  HTTP_PROVIDER_URL: 'https://sms.example.com',
  HTTP_PROVIDER_TOKEN: 'token',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'auth-token',
  TWILIO_FROM: '+14155550100',
  GATEWAY_CONFIG: 'gateway.yaml',
};

const SERVICE_SID = `MG${'0'.repeat(32)}`;
const UUID = '40385f64-5717-4562-b3fc-2c963f66afa6';
const POOLED = {
  TELNYX_API_KEY: 'key',
  TELNYX_MESSAGING_PROFILE_ID: UUID,
  PLIVO_AUTH_ID: 'MA0123456789ABCDEFGH',
  PLIVO_AUTH_TOKEN: 'token',
  PLIVO_POWERPACK_UUID: UUID,
  AWS_REGION: 'eu-central-1',
};

const worker = (yaml: string, env: Record<string, string> = {}) =>
  loadWorkerConfig({ env: { ...ENV, ...env }, readFile: () => yaml, providers: PROVIDERS });

function problemsOf(yaml: string, env: Record<string, string> = {}): string {
  try {
    worker(yaml, env);
  } catch (error) {
    return String(error);
  }
  return '';
}

test('routes are read in the order of the file, with what they need', () => {
  const { routing, providers } = worker(`
routes:
  mobile:
    prefixes: ["+4915", "+4917"]
    connections: acme, default
    providers: [twilio, http]
    senders: { twilio: [Acme, "+14155550101"] }
  america:
    countries: [us, CA]
    messageTypes: [otp_verify]
    providers: { http: 1, twilio: 2.5 }
senderRules: { DE: [long_code] }
`);

  expect(routing).toEqual({
    connectionRoutes: {},
    routes: [
      {
        name: 'mobile',
        match: {
          countries: undefined,
          prefixes: ['+4915', '+4917'],
          connections: ['acme', 'default'],
          messageTypes: undefined,
        },
        providers: [
          { name: 'twilio', weight: undefined },
          { name: 'http', weight: undefined },
        ],
        senders: { twilio: ['Acme', '+14155550101'] },
      },
      {
        name: 'america',
        match: {
          countries: ['US', 'CA'],
          prefixes: undefined,
          connections: undefined,
          messageTypes: ['otp_verify'],
        },
        providers: [
          { name: 'http', weight: 1 },
          { name: 'twilio', weight: 2.5 },
        ],
        senders: {},
      },
    ],
    defaultProviders: ['http'],
    senderRules: { DE: ['long_code'] },
    registrations: {},
  });
  expect(providers.map(({ kind }) => kind)).toEqual(['http', 'twilio']);
});

test.each<[string, string, string]>([
  ['an unknown provider', 'routes: { a: { providers: [twillio] } }', 'routes.a.providers: must name some of'],
  ['a slip of the hand', 'routes: { a: { providers: [twillio] } }', '(did you mean twilio?)'],
  ['no providers', 'routes: { a: { countries: [DE] } }', 'routes.a.providers: not set; name the providers'],
  [
    'weights of nothing',
    'routes: { a: { providers: { http: 0 } } }',
    'routes.a.providers: must give each provider a weight above 0',
  ],
  [
    'weights that are words',
    'routes: { a: { providers: { http: much } } }',
    'routes.a.providers: must give each provider a weight',
  ],
  [
    'a number for a list',
    'routes: { a: { providers: 3 } }',
    'routes.a.providers: must be a list of providers',
  ],
  [
    'a weight for one of two',
    'routes: { a: { providers: { http: 70, twilio: } } }',
    'routes.a.providers: must give each provider a weight above 0',
  ],
  [
    'a provider named twice',
    'routes: { a: { providers: [http, twilio, http] } }',
    'routes.a.providers: entry 3 names a provider twice',
  ],
  ['an empty list', 'routes: { a: { providers: [] } }', 'routes.a.providers: must be a list of providers'],
  ['a name given twice', 'routes:\n  a: {}\n  a: {}', 'not valid YAML: duplicate key at line 3'],
  [
    'a number in place of prefixes',
    'routes: { a: { providers: [http], prefixes: +49 } }',
    'routes.a.prefixes: must be text; put it in quotes',
  ],
  [
    'a list of routes',
    'routes: [{ name: a, providers: [http] }]',
    'routes: must be a map of settings (name: value)',
  ],
  ['a bad name', 'routes: { "A b": { providers: [http] } }', 'routes.A b: is not a valid route name'],
  [
    'a prefix without its plus',
    'routes: { a: { providers: [http], prefixes: ["49"] } }',
    'routes.a.prefixes: entry 1 must be a prefix of a number in E.164',
  ],
  [
    'an unknown country',
    'routes: { a: { providers: [http], countries: [DE, XX] } }',
    'routes.a.countries: entry 2 is not an ISO 3166 country code',
  ],
  [
    'a sender of a provider that is not used',
    'routes: { a: { providers: [http], senders: { twilio: [Acme] } } }',
    'routes.a.senders.twilio: is not among the providers of this route',
  ],
  [
    'a sender of no known kind',
    'routes: { a: { providers: [http], senders: { http: ["this is too long for one"] } } }',
    'routes.a.senders.http: entry 1 must be a number in E.164',
  ],
  [
    'a condition that does not exist',
    'routes: { a: { providers: [http], country: [DE] } }',
    'routes.a.country: no such setting',
  ],
  [
    'a rule for no country',
    'senderRules: { germany: [long_code] }',
    'senderRules.germany: must be an ISO 3166',
  ],
  [
    'a rule for an alias',
    'senderRules: { UK: [long_code] }',
    'senderRules.UK: is not the country code in use; write GB',
  ],
  [
    'a rule for a country that is none',
    'senderRules: { XX: [long_code] }',
    'senderRules.XX: is not an ISO 3166',
  ],
  [
    'an unknown kind of sender',
    'senderRules: { DE: [longcode] }',
    'senderRules.DE: entry 1 must be one of long_code, short_code, alphanumeric, messaging_service (did you mean long_code?)',
  ],
])('%s is a problem with advice', (_title, yaml, message) => {
  expect(problemsOf(yaml)).toContain(message);
});

test('a provider that only a route names must be configured like any other', () => {
  expect(problemsOf('routes: { a: { providers: [vonage] } }')).toContain('VONAGE_API_KEY: not set');
});

test.each([
  ['twilio', `MG${'0'.repeat(32)}`, 'or the SID of a messaging service'],
  ['telnyx', UUID, 'or the UUID of a messaging profile'],
  ['plivo', UUID, 'or the UUID of a Powerpack'],
  ['aws', 'pool-0123456789abcdef', 'or the ID or ARN of a pool'],
])('the sender pool of %s counts as a sender there, and nowhere else', (provider, id, hint) => {
  const senders = (name: string, sender: string) =>
    problemsOf(`routes: { a: { providers: [${name}], senders: { ${name}: "${sender}" } } }`, POOLED);

  expect(senders(provider, id)).toBe('');
  expect(senders('http', id)).toContain('routes.a.senders.http: entry 1 must be a number in E.164');
  expect(senders('http', id)).not.toContain(', or the');
  expect(senders(provider, 'too long for a sender')).toContain(hint);
});

test('a route after one that matches everything causes a warning', () => {
  const yaml = 'routes: { all: { providers: [http] }, late: { providers: [http], countries: [DE] } }';

  expect(worker(yaml).warnings).toContain(
    'routes.late: is never used: all comes before it and matches everything',
  );
});

describe('the routing configuration alone', () => {
  const explain = (yaml: string, env: Record<string, string> = {}) =>
    loadRoutingConfig({
      env: { GATEWAY_CONFIG: 'gateway.yaml', ...env },
      readFile: () => yaml,
      providers: PROVIDERS,
    });

  test('needs no secret, and no variable that the file refers to for one', () => {
    const { routing, defaultSenders } = explain(`
connections: { default: { secrets: ["\${AUTH0_SECRET}"] } }
payloadKeys: \${PAYLOAD_KEYS}
providers:
  order: [twilio]
  twilio: { authToken: "\${TWILIO_AUTH_TOKEN}", from: "+14155550100", rateLimit: 5 }
  sinch: { webhookSecret: "\${SINCH_WEBHOOK_SECRET}" }
routes: { de: { countries: [DE], providers: [vonage] } }
`);

    expect(routing.defaultProviders).toEqual(['twilio']);
    expect(routing.routes).toMatchObject([{ name: 'de', providers: [{ name: 'vonage' }] }]);
    expect(defaultSenders).toEqual({ twilio: '+14155550100' });
  });

  test("knows each provider's own sender, from a number to a pool", () => {
    const { defaultSenders } = explain('{}', {
      AWS_SMS_ORIGINATION_IDENTITY: 'pool-1',
      INFOBIP_FROM: 'Infobip',
      PLIVO_POWERPACK_UUID: UUID,
      SINCH_FROM: 'Sinch',
      SMPP_FROM: 'Smpp',
      TELNYX_MESSAGING_PROFILE_ID: UUID,
      TWILIO_MESSAGING_SERVICE_SID: SERVICE_SID,
      VONAGE_FROM: '12345',
    });

    expect(defaultSenders).toEqual({
      aws: 'pool-1',
      infobip: 'Infobip',
      plivo: UUID,
      sinch: 'Sinch',
      smpp: 'Smpp',
      telnyx: UUID,
      twilio: SERVICE_SID,
      vonage: '12345',
    });
  });

  test('ignores settings unrelated to routes', () => {
    const yaml = 'port: x\nredis: { url: bad }\nproviders: { twilio: { accountSid: bad, rateLimit: much } }';

    expect(explain(yaml, { PAYLOAD_KEYS: 'bad', SMPP_URL: 'bad' }).routing.routes).toEqual([]);
  });

  test('is console only if nothing is set', () => {
    expect(
      loadRoutingConfig({ env: { PROVIDERS: '' }, providers: PROVIDERS }).routing.defaultProviders,
    ).toEqual(['console']);
  });

  test('still reports problems of routes', () => {
    expect(() => explain('routes: { de: { providers: [voyage] } }')).toThrow('routes.de.providers');
    expect(() => explain('rautes: {}')).toThrow('rautes: no such setting');
    expect(() => explain('{}', { PROVIDERS: 'twillio' })).toThrow('PROVIDERS: entry 1 must be one of');
    expect(() => explain('{}', { TWILIO_FROM: '+1 415' })).toThrow('TWILIO_FROM: must be a number in E.164');
  });
});

describe('the route of a connection', () => {
  const ROUTES = 'routes: { all: { providers: [http] }, own: { providers: [http] } }';

  test('is read by the worker, which ignores the rest of the connection', () => {
    const { routing, warnings } = worker(
      `${ROUTES}\nconnections: { acme: { route: own, secrets: ['\${NOT_SET_HERE}'], audience: a }, other: {} }`,
    );
    expect(routing.connectionRoutes).toEqual({ acme: 'own' });
    // It is used, though the rule before it fits everything.
    expect(warnings.join()).not.toContain('own');
  });

  test('must exist', () => {
    const problems = problemsOf(`${ROUTES}\nconnections: { acme: { route: owm } }`);
    expect(problems).toContain('connections.acme.route: there is no such route (did you mean own?)');
  });

  test('is explained without the rest of the connection', () => {
    const { routing } = loadRoutingConfig({
      providers: PROVIDERS,
      env: { GATEWAY_CONFIG: 'gateway.yaml' },
      readFile: () => `${ROUTES}\nconnections: { acme: { route: own, audience: a } }`,
    });
    expect(routing.connectionRoutes).toEqual({ acme: 'own' });
  });
});

describe('the registration of a country', () => {
  const INDIA = `
registrations:
  IN:
    header: ACMEIN
    entityId: "1101456324675322134"
    templates:
      login: { id: "1107", messageTypes: [otp_verify], text: "{#var#} is your code" }
    parameters: { twilio: { riskCheck: disable } }
  TR: { parameters: { infobip: { turkeyIys: { brandCode: 1 } } } }
`;

  test('is read for the worker, and described without its content', () => {
    const config = worker(INDIA);

    expect(config.routing.registrations).toEqual({
      IN: {
        header: 'ACMEIN',
        entityId: '1101456324675322134',
        templates: [
          { id: '1107', messageTypes: ['otp_verify'], text: '{#var#} is your code', parameters: {} },
        ],
        parameters: { twilio: { riskCheck: 'disable' } },
      },
      TR: {
        header: undefined,
        entityId: undefined,
        templates: [],
        parameters: { infobip: { turkeyIys: { brandCode: 1 } } },
      },
    });
    expect(describeConfig(config, PROVIDERS)).toMatchObject({ routing: { registrations: ['IN', 'TR'] } });
  });

  test.each<[string, string, string]>([
    ['a country that is none', 'India: {}', 'registrations.India: must be an ISO 3166 country code'],
    [
      'ids that YAML takes for numbers',
      'IN: { entityId: 1101456324675322134 }',
      'entityId: must be text; put it in quotes',
    ],
    ['an unknown provider', 'IN: { parameters: { twillio: {} } }', 'twillio: must name one of aws'],
    [
      'fields that are none',
      'IN: { parameters: { twilio: x } }',
      'registrations.IN.parameters.twilio: must be a map',
    ],
    [
      'a template that fits everything',
      'IN: { entityId: "1", templates: { a: { id: "2" } } }',
      'registrations.IN.templates.a.text: not set; write the registered text',
    ],
    [
      'a template without an entity',
      'IN: { templates: { a: { id: "2", text: t } } }',
      'registrations.IN.entityId: not set',
    ],
  ])('with %s is a problem with advice', (_title, yaml, message) => {
    expect(problemsOf(`registrations: { ${yaml} }`)).toContain(message);
  });
});
