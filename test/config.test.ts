import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { ConfigError, createConfigSource, loadIngressConfig, loadWorkerConfig } from '@sms-gateway/config';
import { PROVIDERS } from '../packages/providers/src/registry.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auth0Token, postSms } from './support/auth0.ts';
import { startGateway } from './support/gateway.ts';
import { AUDIENCE, baseEnv } from './support/base-env.ts';
import { runToEnd } from './support/processes.ts';

const EX_CONFIG = 78;
const SECRET_VALUE = 'hunter2-hunter2-hunter2-hunter2-hunter2';
type Service = 'ingress' | 'worker';
const good: Record<Service, Record<string, string>> = {
  ingress: baseEnv,
  worker: { ...baseEnv, PROVIDERS: 'console' },
};

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sms-gateway-test-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function fileWith(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

/**
 * What a service does with a bad configuration, without a process for each: it is refused while it loads, and that
 * error's message is all that the process prints. That it does, and with which code, has tests of its own.
 */
function refusalOf(service: Service, env: Record<string, string>): string {
  const load = service === 'ingress' ? loadIngressConfig : loadWorkerConfig;
  try {
    createConfigSource((readFile) => load({ env, readFile, providers: PROVIDERS })).load();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error(`the ${service} takes it`);
}

type Round = { env: Record<string, string>; problems: string[] };

// Every problem is told at once, so one round shows many. Each pattern fits the beginning of one line.
const rounds: [Service, string, Round][] = [
  [
    'ingress',
    'missing values and slips of the hand',
    {
      env: {
        AUTH0_SECRET: '',
        AUTH0_AUDIENCE: '',
        PAYLOAD_KEYS: '',
        PORT: '65536',
        ADMIN_PORT: '1e4',
        MESSAGE_TTL: '180',
        SHUTDOWN_TIMEOUT: '-5s',
        ALLOWED_COUNTRIES: 'US,UK',
        DEFAULT_COUNTRY: 'Germany',
        DURABILITY: 'fsnyc',
        DURABILITY_REPLICAS: '0',
        SCREENING: 'maybe',
        PUBLIC_URL: 'gateway.example.com',
        LOG_LEVEL: 'loud',
        REDIS_URL: SECRET_VALUE,
      },
      problems: [
        'AUTH0_SECRET: not set',
        'AUTH0_AUDIENCE: not set',
        'PAYLOAD_KEYS: not set.*PAYLOAD_ENCRYPTION=off',
        'PORT: .*65535',
        'ADMIN_PORT: ',
        'MESSAGE_TTL: .*unit',
        'SHUTDOWN_TIMEOUT: ',
        'ALLOWED_COUNTRIES: entry 2 .*GB',
        'DEFAULT_COUNTRY: ',
        'DURABILITY: .*did you mean fsync',
        'DURABILITY_REPLICAS: ',
        'SCREENING: .*on, record, off',
        'PUBLIC_URL: .*https://',
        'LOG_LEVEL: ',
        'REDIS_URL: .*redis://',
      ],
    },
  ],
  [
    'ingress',
    'values of the wrong form',
    {
      env: {
        AUTH0_SECRET: `${SECRET_VALUE},`,
        AUTH0_SECRET_BASE64: 'yes',
        PAYLOAD_KEYS: `${baseEnv.PAYLOAD_KEYS},${SECRET_VALUE}`,
        PAYLOAD_ENCRYPTION: 'no',
        PORT: 'http',
        ADMIN_PORT: '-1',
        MESSAGE_TTL: '0s',
        ALLOWED_COUNTRIES: 'US,,CA',
        REDIS_URL: `http://:${SECRET_VALUE}@127.0.0.1`,
        REDIS_CLUSTER_NODES: 'redis-1:port',
      },
      problems: [
        'AUTH0_SECRET: entry 2 is empty',
        'AUTH0_SECRET_BASE64: .*true or false',
        'PAYLOAD_KEYS: entry 2 .*32 bytes',
        'PAYLOAD_ENCRYPTION: ',
        'PORT: ',
        'ADMIN_PORT: ',
        'MESSAGE_TTL: ',
        'ALLOWED_COUNTRIES: entry 2 ',
        'REDIS_URL: ',
        'REDIS_CLUSTER_NODES: .*host:port',
      ],
    },
  ],
  [
    'ingress',
    'values that do not go together',
    {
      env: {
        AUTH0_SECRET: `${SECRET_VALUE}!`,
        AUTH0_SECRET_BASE64: 'true',
        REDIS_SENTINELS: 'sentinel-1',
        PORT: '80.5',
        MESSAGE_TTL: '2h',
        PAYLOAD_ENCRYPTION: 'off',
        REDIS_URL: `redis://:${SECRET_VALUE}@127.0.0.1/db`,
      },
      problems: [
        'AUTH0_SECRET: .*base64url.*AUTH0_SECRET_BASE64',
        'REDIS_SENTINEL_NAME: not set',
        'PORT: ',
        'MESSAGE_TTL: .*1h',
        'PAYLOAD_ENCRYPTION: .*PAYLOAD_KEYS',
        'REDIS_URL: .*database',
      ],
    },
  ],
  [
    'worker',
    'missing values and slips of the hand',
    {
      env: {
        PROVIDERS: 'twillio,http,http',
        PAYLOAD_KEYS: '',
        CONCURRENCY: '0',
        ON_UNKNOWN: 'retry',
        ADMIN_PORT: 'y',
        SHUTDOWN_TIMEOUT: '25',
        REDIS_SENTINEL_NAME: 'mymaster',
      },
      problems: [
        'PROVIDERS: entry 1 .*did you mean twilio',
        'PROVIDERS: entry 3 .*http',
        'HTTP_PROVIDER_URL: not set',
        'HTTP_PROVIDER_TOKEN: not set',
        'PAYLOAD_KEYS: not set',
        'CONCURRENCY: ',
        'ON_UNKNOWN: .*resend, give_up',
        'ADMIN_PORT: ',
        'SHUTDOWN_TIMEOUT: .*unit',
        'REDIS_SENTINELS: not set',
      ],
    },
  ],
  ['worker', 'no provider', { env: { PROVIDERS: '' }, problems: ['PROVIDERS: not set'] }],
  [
    'worker',
    'a Twilio without anything',
    {
      env: { PROVIDERS: 'twilio' },
      problems: [
        'TWILIO_ACCOUNT_SID: not set',
        'TWILIO_AUTH_TOKEN: not set.*TWILIO_API_KEY',
        'TWILIO_FROM: not set.*TWILIO_MESSAGING_SERVICE_SID',
      ],
    },
  ],
  [
    'worker',
    'bad settings of providers',
    {
      env: {
        PROVIDERS: 'twilio,http',
        TWILIO_ACCOUNT_SID: SECRET_VALUE,
        TWILIO_API_KEY: 'SK123',
        TWILIO_FROM: '+15005550006',
        TWILIO_MESSAGING_SERVICE_SID: 'MG123',
        TWILIO_API_URL: 'ftp://api',
        HTTP_PROVIDER_URL: `https://user:${SECRET_VALUE}@x`,
        HTTP_PROVIDER_TOKEN: `${SECRET_VALUE} and more`,
      },
      problems: [
        'TWILIO_ACCOUNT_SID: ',
        'TWILIO_API_SECRET: not set.*TWILIO_API_KEY',
        'TWILIO_FROM: contradicts TWILIO_MESSAGING_SERVICE_SID',
        'TWILIO_API_URL: ',
        'HTTP_PROVIDER_URL: ',
        'HTTP_PROVIDER_TOKEN: ',
      ],
    },
  ],
];

describe('a bad configuration reports every problem in one message:', () => {
  test.each(rounds)('%s, %s', (service, _title, { env, problems }) => {
    const output = refusalOf(service, { ...good[service], ...env });

    const [, ...lines] = output.trimEnd().split('\n');
    for (const problem of problems) {
      expect(lines, `one line for ${problem}`).toSatisfy(
        (all: string[]) => all.filter((line) => new RegExp(`^  - ${problem}`).test(line)).length === 1,
      );
    }
    expect(lines).toHaveLength(problems.length);
    expect(output).not.toContain(SECRET_VALUE);
  });
});

test.each<[Service, string]>([
  ['ingress', 'PORT'],
  ['worker', 'CONCURRENCY'],
])('the process of the %s prints them and exits 78', async (service, variable) => {
  const env = { ...good[service], PAYLOAD_KEYS: SECRET_VALUE, [variable]: 'x' };

  const { code, output } = await runToEnd(service, env);

  expect(code).toBe(EX_CONFIG);
  expect(output).toBe(`${refusalOf(service, env)}\n`);
  expect(output).toContain(`- ${variable}: `);
  expect(output).not.toContain(SECRET_VALUE);
});

describe('a secret in a file', () => {
  test('works for both services, without its trailing newline', async () => {
    const secret = randomBytes(24).toString('base64');
    await using gateway = await startGateway({
      env: {
        AUTH0_SECRET: '',
        AUTH0_SECRET_FILE: await fileWith('auth0-secret', `${secret}\n`),
        PAYLOAD_KEYS: '',
        PAYLOAD_KEYS_FILE: await fileWith('payload-keys', `${randomBytes(32).toString('base64url')}\r\n`),
        HTTP_PROVIDER_TOKEN: '',
        HTTP_PROVIDER_TOKEN_FILE: await fileWith('provider-token', 'token-from-a-file\n'),
      },
    });
    const worker = await gateway.startWorker();

    const answer = await postSms(gateway.ingress.url, { token: await auth0Token({ secret }) });
    await worker.untilLog('message.concluded');

    expect(answer.status).toBe(200);
    expect(gateway.provider.requests[0]?.headers.authorization).toBe('Bearer token-from-a-file');
    expect(worker.output()).not.toContain('token-from-a-file');
    expect(gateway.ingress.output()).not.toContain(secret);
  });

  test.each<[string, () => Promise<Record<string, string>> | Record<string, string>, string[]]>([
    [
      'that is not there',
      () => ({ AUTH0_SECRET: '', AUTH0_SECRET_FILE: '/nowhere/secret' }),
      ['AUTH0_SECRET_FILE', '/nowhere/secret'],
    ],
    [
      'that is a directory',
      () => ({ AUTH0_SECRET: '', AUTH0_SECRET_FILE: directory }),
      ['AUTH0_SECRET_FILE'],
    ],
    [
      'that is empty',
      async () => ({ AUTH0_SECRET: '', AUTH0_SECRET_FILE: await fileWith('empty', '\n') }),
      ['AUTH0_SECRET_FILE'],
    ],
    [
      'beside the variable itself',
      async () => ({ AUTH0_SECRET: SECRET_VALUE, AUTH0_SECRET_FILE: await fileWith('second', SECRET_VALUE) }),
      ['AUTH0_SECRET', 'AUTH0_SECRET_FILE'],
    ],
    [
      'that was given in place of its path',
      () => ({ AUTH0_SECRET: '', AUTH0_SECRET_FILE: SECRET_VALUE }),
      ['AUTH0_SECRET_FILE'],
    ],
    [
      'that holds what the variable may not',
      async () => ({ PAYLOAD_KEYS: '', PAYLOAD_KEYS_FILE: await fileWith('bad-key', SECRET_VALUE) }),
      ['PAYLOAD_KEYS'],
    ],
  ])('%s is a bad configuration', async (_title, makeEnv, names) => {
    const output = refusalOf('ingress', { ...baseEnv, ...(await makeEnv()) });

    for (const name of names) expect(output).toContain(name);
    expect(output).not.toContain(SECRET_VALUE);
  });
});

describe('GATEWAY_CONFIG', () => {
  test('configures both services from one file, with ${VAR} from the environment', async () => {
    const file = await fileWith(
      'both.yaml',
      `logLevel: debug
redis: { url: '\${MY_REDIS}' }
payloadKeys: ['\${MY_KEY}']
messageTtl: \${MY_TTL:-90s}
connections:
  default: { secrets: '\${MY_SECRET}', audience: ${AUDIENCE}, allowedCountries: [US] }
providers:
  order: [http]
  http: { url: '\${MY_PROVIDER}/sms', token: '\${MY_TOKEN}' }
`,
    );
    await using plain = await startGateway();
    const env = {
      GATEWAY_CONFIG: file,
      MY_REDIS: plain.redis.url,
      MY_KEY: randomBytes(32).toString('base64url'),
      MY_SECRET: SECRET_VALUE,
      MY_PROVIDER: plain.provider.url,
      MY_TOKEN: 'token-from-the-environment',
      REDIS_URL: '',
      PAYLOAD_KEYS: '',
      AUTH0_SECRET: '',
      AUTH0_AUDIENCE: '',
      PROVIDERS: '',
      HTTP_PROVIDER_URL: '',
      HTTP_PROVIDER_TOKEN: '',
    };
    const ingress = await plain.startIngress(env);
    const worker = await plain.startWorker(env);
    await expect.poll(async () => (await ingress.ready()).status).toBe(200);
    const token = await auth0Token({ secret: SECRET_VALUE });

    const taken = await postSms(ingress.url, { token });
    const refused = await postSms(ingress.url, { token, body: { recipient: '+4915123456789' } });
    await worker.untilLog('message.concluded', (line) => line['outcome'] === 'sent');

    expect(taken.status).toBe(200);
    expect(refused.status).toBe(403);
    const [request] = plain.provider.requests;
    expect(request?.headers.authorization).toBe('Bearer token-from-the-environment');
    const { validitySeconds } = JSON.parse(request?.body ?? '') as { validitySeconds: number };
    expect(validitySeconds).toBeLessThanOrEqual(90);
    expect(ingress.output() + worker.output()).not.toContain(SECRET_VALUE);
  });

  const connections = (inner: string) =>
    `connections:\n  login: { secrets: ${SECRET_VALUE}, audience: a }\n${inner}`;

  test.each<[Service, string, string, string[]]>([
    ['ingress', 'YAML that is none', `connections: [${SECRET_VALUE}`, ['line 1']],
    ['ingress', 'a list', `- ${SECRET_VALUE}`, ['GATEWAY_CONFIG']],
    [
      'ingress',
      'a setting that does not exist',
      connections('conections: {}'),
      ['conections', 'connections'],
    ],
    [
      'ingress',
      'an unknown setting of a connection',
      connections(`  two: { secrets: ${SECRET_VALUE}, audience: a, secret: ${SECRET_VALUE} }`),
      ['connections.two.secret'],
    ],
    [
      'ingress',
      'a connection without secret and audience',
      connections('  two: {}'),
      ['connections.two.secrets', 'connections.two.audience'],
    ],
    [
      'ingress',
      'a connection with a bad name',
      connections(`  'Bad Name': { secrets: ${SECRET_VALUE}, audience: a }`),
      ['connections.Bad Name'],
    ],
    [
      'ingress',
      'a bad country in a connection',
      connections(`  two: { secrets: ${SECRET_VALUE}, audience: a, allowedCountries: [US, XX] }`),
      ['connections.two.allowedCountries'],
    ],
    [
      'ingress',
      'a secret that YAML takes for a number',
      connections('  two: { secrets: [12345678901234567890], audience: a }'),
      ['connections.two.secrets'],
    ],
    [
      'ingress',
      'a variable that is not set',
      connections('  two: { secrets: "${NOT_SET}", audience: a }'),
      ['connections.two.secrets', 'NOT_SET'],
    ],
    ['ingress', 'a port that is none', connections('port: eighty'), ['port']],
    ['worker', 'an unknown provider', 'providers: { order: [fax] }', ['providers.order']],
    [
      'worker',
      'a provider with a bad URL',
      `providers: { order: [http], http: { url: nowhere, token: ${SECRET_VALUE} } }`,
      ['providers.http.url'],
    ],
    [
      'worker',
      'an unknown setting of a provider',
      `providers: { order: [http], http: { url: 'http://x', token: ${SECRET_VALUE}, password: ${SECRET_VALUE} } }`,
      ['providers.http.password'],
    ],
  ])('of the %s with %s is reported with its path', async (service, _title, yaml, names) => {
    const env = { ...good[service], AUTH0_SECRET: '', AUTH0_AUDIENCE: '', PROVIDERS: '' };

    const output = refusalOf(service, { ...env, GATEWAY_CONFIG: await fileWith('bad.yaml', yaml) });

    for (const name of names) expect(output).toContain(name);
    expect(output).not.toContain(SECRET_VALUE);
    expect(output).not.toContain('12345678901234567890');
  });

  test.each<Service>(['ingress', 'worker'])(
    'of the %s that cannot be read is told with its path',
    (service) => {
      const output = refusalOf(service, { ...good[service], GATEWAY_CONFIG: '/nowhere/gateway.yaml' });

      expect(output).toContain('GATEWAY_CONFIG');
      expect(output).toContain('/nowhere/gateway.yaml');
    },
  );
});

describe('with a port in use, the process exits 1 with one sentence:', () => {
  test.each<[Service, string]>([
    ['ingress', 'PORT'],
    ['ingress', 'ADMIN_PORT'],
    ['worker', 'ADMIN_PORT'],
  ])('%s, %s', async (service, variable) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const address = squatter.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const { code, output } = await runToEnd(service, { ...good[service], [variable]: String(port) });
    squatter.close();

    expect(code).toBe(1);
    const sentence = output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    expect(sentence).toHaveLength(1);
    expect(sentence[0]).toMatch(new RegExp(`127\\.0\\.0\\.1:${port} is in use.*\\b${variable}\\b`));
  });
});
