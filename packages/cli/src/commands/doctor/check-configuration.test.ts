import { ConfigError, loadIngressConfig, loadWorkerConfig } from '@sms-gateway/config';
import { PROVIDERS } from '@sms-gateway/providers';
import { expect, test } from 'vitest';
import { checkConfiguration } from './check-configuration.ts';
import { sortWarnings } from './config-warnings.ts';
import type { Loaded } from './facts.ts';

const KEY = Buffer.alloc(32, 1).toString('base64url');
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64url');
const ENV = {
  AUTH0_SECRET: 'a-shared-secret-of-more-than-32-bytes',
  AUTH0_AUDIENCE: 'urn:gateway',
  ALLOWED_COUNTRIES: 'GB',
  PAYLOAD_KEYS: KEY,
  PROVIDERS: 'console',
};

function loaded<Config>(load: () => Config): Loaded<Config> {
  try {
    return { kind: 'loaded', config: load() };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { kind: 'problems', problems: error.problems };
  }
}

function check(env: Record<string, string>, { workerEnv = env, isDev = false } = {}) {
  return checkConfiguration({
    ingress: loaded(() => loadIngressConfig({ env, providers: PROVIDERS })),
    worker: loaded(() => loadWorkerConfig({ env: workerEnv, providers: PROVIDERS })),
    isDev,
    devStateProblem: undefined,
  });
}

test('settings with which both can start are ok', () => {
  expect(check(ENV)).toMatchObject([
    { status: 'ok', finding: 'ingress and worker can start; PAYLOAD_KEYS are the same for both' },
  ]);
  expect(check(ENV, { isDev: true })[0]?.finding).toContain('with the settings of npm start');
});

test('countries with the calling code of an allowed one that are left out are listed, without a warning', () => {
  const texts = (countries: string) =>
    check({ ...ENV, ALLOWED_COUNTRIES: countries }).map(({ status, finding }) => `${status}: ${finding}`);

  expect(texts('US,CA,DE')).toEqual([
    expect.stringMatching(/^ok: ingress and worker can start/),
    expect.stringMatching(
      /^ok: \+1 is shared, and ALLOWED_COUNTRIES leaves out its numbers of AG, .*JM, .*PR, .* \(default\)$/,
    ),
  ]);
  expect(texts('GB,DE')).toHaveLength(1);
});

test('every problem is reported once, with the services and advice', () => {
  const { PAYLOAD_KEYS: _keys, ...withoutKeys } = ENV;
  const findings = check({ ...withoutKeys, PROVIDERS: 'twillio', PORT: '99999' });

  expect(findings.map(({ status, finding }) => [status, finding])).toEqual([
    ['failed', 'PORT: must be a whole number from 0 to 65535 (ingress)'],
    ['failed', 'PAYLOAD_KEYS: not set (ingress, worker)'],
    ['failed', expect.stringMatching(/^PROVIDERS: entry 1 must be one of .*\(worker\)$/)],
  ]);
  expect(findings[0]?.advice).toContain('docs/configuration.md');
  expect(findings[1]?.advice).toMatch(/^Make one with: openssl rand -base64 32 .*\.$/);
});

test('each warning is reported once, as a warning', () => {
  const { ALLOWED_COUNTRIES: _countries, ...anywhere } = ENV;

  expect(check({ ...anywhere, PAYLOAD_ENCRYPTION: 'off', PAYLOAD_KEYS: '' })).toMatchObject([
    { status: 'ok', finding: 'ingress and worker can start' },
    { status: 'warning', finding: 'PAYLOAD_ENCRYPTION: off: phone numbers and codes are readable in Redis' },
    {
      status: 'warning',
      finding: 'ALLOWED_COUNTRIES: not set, so codes are sent to every country',
      advice: 'List the countries you serve, to limit SMS pumping.',
    },
  ]);
});

test('different keys of ingress and worker are a failure', () => {
  expect(check(ENV, { workerEnv: { ...ENV, PAYLOAD_KEYS: OTHER_KEY } })).toMatchObject([
    { status: 'failed', finding: 'PAYLOAD_KEYS of ingress and worker differ' },
  ]);
});

test('a damaged state of npm start is a failure', () => {
  const findings = checkConfiguration({
    ingress: loaded(() => loadIngressConfig({ env: ENV, providers: PROVIDERS })),
    worker: loaded(() => loadWorkerConfig({ env: ENV, providers: PROVIDERS })),
    isDev: false,
    devStateProblem: '.gateway/dev.json is damaged. Delete it, and the next npm start makes new secrets.',
  });

  expect(findings[0]).toMatchObject({ status: 'failed', finding: expect.stringContaining('damaged') });
});

test.each(['short', 'of twenty-four bytes now'])(
  'warnings of templates and of the secret %j are left to their own checks',
  (secret) => {
    const env = { ...ENV, AUTH0_SECRET: secret, MESSAGE_TEMPLATE: `@@password@@ ${'ж'.repeat(80)}` };
    const { warnings } = loadIngressConfig({ env, providers: PROVIDERS });

    expect(sortWarnings(warnings)).toEqual({
      secrets: [expect.stringContaining('AUTH0_SECRET')],
      templates: [expect.stringContaining('MESSAGE_TEMPLATE')],
      others: [],
    });
    expect(check(env).map(({ status }) => status)).toEqual(['ok']);
  },
);
