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

test('what both load with is well', () => {
  expect(check(ENV)).toMatchObject([
    { status: 'ok', finding: 'ingress and worker can start; PAYLOAD_KEYS are the same for both' },
  ]);
  expect(check(ENV, { isDev: true })[0]?.finding).toContain('with the settings of npm start');
});

test('countries that share a calling code with an allowed one and are left out are told, for no reason to warn', () => {
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

test('every problem is told once, with whose it is and what to do', () => {
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

test('warnings are warnings, once', () => {
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

test('keys that only one of the two has are a failure', () => {
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

test('what other checks say more about is left to them', () => {
  const env = { ...ENV, AUTH0_SECRET: 'short', MESSAGE_TEMPLATE: `@@password@@ ${'ж'.repeat(80)}` };
  const { warnings } = loadIngressConfig({ env, providers: PROVIDERS });

  expect(sortWarnings(warnings)).toEqual({
    secrets: [expect.stringContaining('AUTH0_SECRET')],
    templates: [expect.stringContaining('MESSAGE_TEMPLATE')],
    others: [],
  });
  expect(check(env).map(({ status }) => status)).toEqual(['ok']);
});
