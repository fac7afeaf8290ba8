import { describe, expect, test } from 'vitest';
import {
  CANARY_SECRET as SECRET,
  type Env,
  type Files,
  ingress,
  INGRESS,
  KEY,
  problemsOf,
  worker,
  WORKER,
} from '../../../test/support/load-settings.ts';
import { ConfigError } from './config-error.ts';

type BadConfig = [
  what: string,
  load: (env: Env, files?: Files) => unknown,
  env: Env,
  problem: string | RegExp,
];

const BAD_ENVIRONMENTS: BadConfig[] = [
  ['no secret', ingress, { ...INGRESS, AUTH0_SECRET: '' }, /^AUTH0_SECRET: not set.*AUTH0_SECRET_FILE/],
  ['no audience', ingress, { ...INGRESS, AUTH0_AUDIENCE: '' }, /^AUTH0_AUDIENCE: not set/],
  [
    'an empty secret in the list',
    ingress,
    { ...INGRESS, AUTH0_SECRET: 'canary,' },
    'AUTH0_SECRET: entry 2 is empty',
  ],
  [
    'a secret that is not base64url',
    ingress,
    { ...INGRESS, AUTH0_SECRET: `${KEY},canary!`, AUTH0_SECRET_BASE64: 'true' },
    /^AUTH0_SECRET: entry 2 is not base64url.*AUTH0_SECRET_BASE64/,
  ],
  [
    'a flag that is none',
    ingress,
    { ...INGRESS, AUTH0_SECRET_BASE64: 'canary' },
    /^AUTH0_SECRET_BASE64: must be true or false/,
  ],
  [
    'a secret given twice',
    ingress,
    { ...INGRESS, AUTH0_SECRET_FILE: '/run/secrets/auth0' },
    /^AUTH0_SECRET: is also given as AUTH0_SECRET_FILE/,
  ],
  [
    'a secret file that is not there',
    ingress,
    { ...INGRESS, AUTH0_SECRET: '', AUTH0_SECRET_FILE: '/run/secrets/none' },
    'AUTH0_SECRET_FILE: cannot read /run/secrets/none (ENOENT)',
  ],
  [
    'a secret that is wrapped over lines',
    ingress,
    { ...INGRESS, AUTH0_SECRET: `canary-${'x'.repeat(64)}\nx==` },
    /^AUTH0_SECRET: entry 1 has several lines; a secret has one .*openssl rand -base64 50 \| tr -d/,
  ],
  [
    'a base64 secret that is wrapped over lines',
    ingress,
    { ...INGRESS, AUTH0_SECRET: `${'A'.repeat(64)}\nxx==`, AUTH0_SECRET_BASE64: 'true' },
    /^AUTH0_SECRET: entry 1 has several lines/,
  ],
  [
    'a secret where its path belongs',
    ingress,
    { ...INGRESS, AUTH0_SECRET: '', AUTH0_SECRET_FILE: 'canary' },
    /^AUTH0_SECRET_FILE: cannot read the file \(give a path/,
  ],
  ['no keys', worker, { ...WORKER, PAYLOAD_KEYS: '' }, /^PAYLOAD_KEYS: not set.*PAYLOAD_ENCRYPTION=off/],
  [
    'a key of the wrong length',
    worker,
    { ...WORKER, PAYLOAD_KEYS: `${KEY},canary` },
    /^PAYLOAD_KEYS: entry 2 is not 32 bytes/,
  ],
  [
    'keys with encryption off',
    worker,
    { ...WORKER, PAYLOAD_ENCRYPTION: 'off' },
    'PAYLOAD_ENCRYPTION: off contradicts PAYLOAD_KEYS; remove one of them',
  ],
  [
    'an unknown encryption',
    worker,
    { ...WORKER, PAYLOAD_ENCRYPTION: 'canary' },
    /^PAYLOAD_ENCRYPTION: must be one of on, off/,
  ],
  [
    'a port out of range',
    ingress,
    { ...INGRESS, PORT: '65536' },
    'PORT: must be a whole number from 0 to 65535',
  ],
  [
    'a port that is no number',
    ingress,
    { ...INGRESS, ADMIN_PORT: 'canary' },
    /^ADMIN_PORT: must be a whole number/,
  ],
  ['a host with a slash', ingress, { ...INGRESS, HOST: 'http://canary' }, /^HOST: must be a host name/],
  [
    'a duration without its unit',
    ingress,
    { ...INGRESS, MESSAGE_TTL: '180' },
    /^MESSAGE_TTL: needs a unit: ms, s, m or h/,
  ],
  ['a duration too long', ingress, { ...INGRESS, MESSAGE_TTL: '61m' }, /^MESSAGE_TTL: .*from 1s to 1h/],
  [
    'a duration too short',
    worker,
    { ...WORKER, SHUTDOWN_TIMEOUT: '999ms' },
    /^SHUTDOWN_TIMEOUT: .*from 1s to 10m/,
  ],
  [
    'an unknown durability',
    ingress,
    { ...INGRESS, DURABILITY: 'fsnyc' },
    /^DURABILITY: must be one of .*did you mean fsync/,
  ],
  [
    'no replica',
    ingress,
    { ...INGRESS, DURABILITY_REPLICAS: '0' },
    /^DURABILITY_REPLICAS: must be a whole number from 1/,
  ],
  [
    'an unknown screening',
    ingress,
    { ...INGRESS, SCREENING: 'canary' },
    /^SCREENING: must be one of on, record, off$/,
  ],
  ['an unknown log level', worker, { ...WORKER, LOG_LEVEL: 'canary' }, /^LOG_LEVEL: must be one of fatal/],
  [
    'a country that is none',
    ingress,
    { ...INGRESS, ALLOWED_COUNTRIES: 'US,QQ' },
    /^ALLOWED_COUNTRIES: entry 2 is not an ISO 3166/,
  ],
  [
    'a country by an alias',
    ingress,
    { ...INGRESS, ALLOWED_COUNTRIES: 'UK' },
    /^ALLOWED_COUNTRIES: entry 1 .*write GB/,
  ],
  [
    'a country by its name',
    ingress,
    { ...INGRESS, DEFAULT_COUNTRY: 'Germany' },
    /^DEFAULT_COUNTRY: is not an ISO 3166/,
  ],
  [
    'a public URL without a scheme',
    ingress,
    { ...INGRESS, PUBLIC_URL: 'canary.example.com' },
    /^PUBLIC_URL: must be a URL/,
  ],
  [
    'a public URL with a query',
    ingress,
    { ...INGRESS, PUBLIC_URL: 'https://example.com/?canary' },
    /^PUBLIC_URL: must not have a query/,
  ],
  [
    'a URL that is not of Redis',
    worker,
    { ...WORKER, REDIS_URL: 'http://:canary@example.com' },
    /^REDIS_URL: must be a URL that begins with redis:/,
  ],
  [
    'a URL of Redis with a path',
    worker,
    { ...WORKER, REDIS_URL: 'redis://:canary@example.com/canary' },
    /^REDIS_URL: .*database number/,
  ],
  [
    'a password with a bare percent sign',
    worker,
    { ...WORKER, REDIS_URL: 'redis://:canary%zz@example.com' },
    /^REDIS_URL: has a % in its user or password that does not begin a %XX; write a plain % as %25$/,
  ],
  [
    'Sentinels without a name',
    worker,
    { ...WORKER, REDIS_SENTINELS: 'a:1' },
    /^REDIS_SENTINEL_NAME: not set/,
  ],
  [
    'a user at the Sentinels without a password',
    worker,
    { ...WORKER, REDIS_SENTINELS: 'a:1', REDIS_SENTINEL_NAME: 'm', REDIS_SENTINEL_USERNAME: 'canary' },
    /^REDIS_SENTINEL_PASSWORD: not set/,
  ],
  [
    'a password of Sentinels without Sentinels',
    ingress,
    { ...INGRESS, REDIS_SENTINEL_PASSWORD: 'canary' },
    /^REDIS_SENTINEL_PASSWORD: is for the Sentinels, and REDIS_SENTINELS names none$/,
  ],
  [
    'TLS of the Sentinels that is neither',
    ingress,
    { ...INGRESS, REDIS_SENTINEL_TLS: 'canary' },
    /^REDIS_SENTINEL_TLS: must be true or false/,
  ],
  [
    'a Sentinel name without Sentinels',
    worker,
    { ...WORKER, REDIS_SENTINEL_NAME: 'canary' },
    /^REDIS_SENTINELS: not set/,
  ],
  [
    'a node that is none',
    worker,
    { ...WORKER, REDIS_CLUSTER_NODES: 'a:1,canary:99999' },
    /^REDIS_CLUSTER_NODES: entry 2 must be host:port/,
  ],
  [
    'Sentinels and a Cluster',
    worker,
    { ...WORKER, REDIS_SENTINELS: 'a', REDIS_SENTINEL_NAME: 'n', REDIS_CLUSTER_NODES: 'a' },
    /^REDIS_CLUSTER_NODES: contradicts REDIS_SENTINELS/,
  ],
  [
    'a database of a Cluster',
    worker,
    { ...WORKER, REDIS_CLUSTER_NODES: 'a', REDIS_URL: 'redis://:canary@x/3' },
    /^REDIS_URL: must use database 0/,
  ],
  [
    'too much concurrency',
    worker,
    { ...WORKER, CONCURRENCY: '1001' },
    'CONCURRENCY: must be a whole number from 1 to 1000',
  ],
  ['an unknown policy', worker, { ...WORKER, ON_UNKNOWN: 'giveup' }, /^ON_UNKNOWN: .*did you mean give_up/],
];

describe('a bad environment', () => {
  test.each(BAD_ENVIRONMENTS)(
    'with %s is one problem that names its variable and shows no value',
    (_what, load, env, problem) => {
      const problems = problemsOf(() => load(env));

      expect(problems).toEqual([typeof problem === 'string' ? problem : expect.stringMatching(problem)]);
      const message = new ConfigError(problems).message;
      for (const secret of ['canary', SECRET, KEY]) expect(message).not.toContain(secret);
    },
  );

  test('is reported with all its problems in one message', () => {
    const problems = problemsOf(() =>
      ingress({
        PORT: 'x',
        MESSAGE_TTL: '5',
        DURABILITY: 'x',
        REDIS_SENTINELS: 'a',
        ALLOWED_COUNTRIES: 'XX',
      }),
    );

    expect(problems.map((problem) => problem.split(':')[0]).toSorted()).toEqual([
      'ALLOWED_COUNTRIES',
      'AUTH0_AUDIENCE',
      'AUTH0_SECRET',
      'DURABILITY',
      'MESSAGE_TTL',
      'PAYLOAD_KEYS',
      'PORT',
      'REDIS_SENTINEL_NAME',
    ]);
    const { message } = new ConfigError(problems);
    expect(message).toMatch(/^The configuration has 8 problems:\n {2}- /);
    for (const problem of problems) expect(message).toContain(problem);
  });
});
