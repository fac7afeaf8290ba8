import { describe, expect, test } from 'vitest';
import { type Env, problemsOf } from '../../../test/support/load-settings.ts';
import { PROVIDERS } from '../../providers/src/registry.ts';
import { loadWorkerConfig } from './load-config.ts';

const worker = (env: Env = {}, yaml = '{}') =>
  loadWorkerConfig({
    providers: PROVIDERS,
    env: { PAYLOAD_ENCRYPTION: 'off', PROVIDERS: 'console', GATEWAY_CONFIG: 'gateway.yaml', ...env },
    readFile: () => yaml,
  });

describe('the simulator', () => {
  const REFUSED =
    'must not name simulator where NODE_ENV is production: it sends nothing; remove it, or unset NODE_ENV';
  const route = 'routes: { trial: { countries: [DE], providers: [simulator, console] } }';

  test('needs no settings', () => {
    expect(worker({ PROVIDERS: 'simulator', NODE_ENV: 'test' }).providers).toEqual([
      { name: 'simulator', kind: 'simulator', options: {} },
    ]);
  });

  test.each<[string, Env, string, string[]]>([
    ['the order', { PROVIDERS: 'simulator' }, '{}', [`PROVIDERS: ${REFUSED}`]],
    ['a route', {}, route, [`routes.trial.providers: ${REFUSED}`]],
    [
      'both',
      { PROVIDERS: 'simulator' },
      route,
      [`PROVIDERS: ${REFUSED}`, `routes.trial.providers: ${REFUSED}`],
    ],
  ])('is refused in production if %s names it', (_what, env, yaml, problems) => {
    expect(problemsOf(() => worker({ ...env, NODE_ENV: 'production' }, yaml))).toEqual(problems);
  });
});

describe('a rate limit', () => {
  const VARIABLES = {
    aws: 'AWS_SMS_RATE_LIMIT',
    http: 'HTTP_PROVIDER_RATE_LIMIT',
    infobip: 'INFOBIP_RATE_LIMIT',
    plivo: 'PLIVO_RATE_LIMIT',
    sinch: 'SINCH_RATE_LIMIT',
    smpp: 'SMPP_RATE_LIMIT',
    telnyx: 'TELNYX_RATE_LIMIT',
    twilio: 'TWILIO_RATE_LIMIT',
    vonage: 'VONAGE_RATE_LIMIT',
  };

  test.each(Object.entries(VARIABLES))('of %s comes from the environment or the file', (name, variable) => {
    expect(worker({ [variable]: '12.5' }).rateLimits).toEqual({ [name]: 12.5 });
    expect(worker({}, `providers: { ${name}: { rateLimit: 0.1 } }`).rateLimits).toEqual({ [name]: 0.1 });
  });

  test('is none unless set', () => {
    expect(worker().rateLimits).toEqual({});
  });

  test.each(['0', '0.09', '10000.1', '-1', '1e3', 'many'])('of %s is refused', (limit) => {
    expect(problemsOf(() => worker({ TWILIO_RATE_LIMIT: limit }))).toEqual([
      'TWILIO_RATE_LIMIT: must be a number from 0.1 to 10000',
    ]);
  });
});

test('smart characters are replaced if configured', () => {
  expect(worker().replacesSmartCharacters).toBe(false);
  expect(worker({ SMART_CHARACTERS: 'replace' }).replacesSmartCharacters).toBe(true);
  expect(problemsOf(() => worker({ SMART_CHARACTERS: 'replce' }))).toEqual([
    'SMART_CHARACTERS: must be one of keep, replace (did you mean replace?)',
  ]);
});
