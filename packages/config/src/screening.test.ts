import { describe, expect, test } from 'vitest';
import { PROVIDERS } from '../../providers/src/registry.ts';
import { loadIngressConfig } from './load-config.ts';
import { DEFAULT_LIMITS } from './screening.ts';

const ENV = {
  PAYLOAD_ENCRYPTION: 'off',
  AUTH0_SECRET: 'a-shared-secret-of-more-than-32-bytes',
  AUTH0_AUDIENCE: 'a',
  GATEWAY_CONFIG: 'gateway.yaml',
};

const connectionOf = (yaml: string, name = 'default') =>
  loadIngressConfig({ env: ENV, readFile: () => yaml, providers: PROVIDERS }).connections.find(
    (one) => one.name === name,
  );
const limitsOf = (yaml: string, name?: string) => connectionOf(yaml, name)?.limits;

describe('by default', () => {
  test('there is a limit for each number, address, range, country and connection, and for all together', () => {
    expect(limitsOf('logLevel: info')).toEqual(DEFAULT_LIMITS);
    for (const windows of Object.values(DEFAULT_LIMITS)) expect(Object.keys(windows)).not.toEqual([]);
  });

  test('the guard records, spending is capped, and networks of no country and premium numbers are denied', () => {
    expect(connectionOf('logLevel: info')).toMatchObject({
      guard: { mode: 'record', country: { hour: 3, day: 20 }, ip: { hour: 5, day: 10, countries: 3 } },
      spend: { connection: {}, overall: { segments: 200_000 } },
      prices: undefined,
      destinations: {
        allowedCountries: undefined,
        deniedCountries: [],
        deniedPrefixes: expect.arrayContaining(['+882', '+979']),
        deniedNumberTypes: [
          'premium_rate',
          'shared_cost',
          'uan',
          'personal_number',
          'toll_free',
          'pager',
          'voicemail',
        ],
      },
    });
  });
});

test('a connection inherits the shared limits that it does not set, window by window', () => {
  const yaml = `
limits: { recipient: { cooldown: 10s, hour: 5, day: '20' }, ip: { minute: 3 }, overall: { hour: 7, day: off } }
connections:
  default: { limits: { recipient: { cooldown: off, hour: 7 }, country: { day: 100 } } }
  other: { secrets: [x], audience: a }
`;
  expect(limitsOf(yaml)).toEqual({
    ...DEFAULT_LIMITS,
    recipient: { tenMinutes: 20, hour: 7, day: 20 },
    ip: { minute: 3, hour: 600 },
    country: { hour: 10_000, day: 100 },
    overall: { hour: 7 },
  });
  expect(limitsOf(yaml, 'other')?.recipient).toEqual({
    cooldownMs: 10_000,
    tenMinutes: 20,
    hour: 5,
    day: 20,
  });
});

test('a connection overrides destinations, guard and spending that it sets', () => {
  const yaml = `
allowedCountries: [US]
deniedPrefixes: ['+1900', '+1976']
deniedNumberTypes: [voip]
guard: { mode: enforce, ip: { countries: 5 } }
spend: { segments: 1000, price: 50.5 }
prices: { US: 0.0083, '+1787': 0.05, default: 0.1 }
connections:
  default: { deniedCountries: [PR], deniedNumberTypes: off, guard: { country: { hour: off } }, spend: { segments: 10 } }
  other: { secrets: [x], audience: a, allowedPrefixes: '+44', guard: { mode: off } }
`;
  expect(connectionOf(yaml)).toMatchObject({
    destinations: {
      allowedCountries: ['US'],
      allowedPrefixes: undefined,
      deniedCountries: ['PR'],
      deniedPrefixes: ['+1900', '+1976'],
      deniedNumberTypes: [],
    },
    guard: { mode: 'enforce', country: { hour: undefined, day: 20 }, ip: { countries: 5 } },
    spend: { connection: { segments: 10 }, overall: { segments: 1000, price: 50.5 } },
    prices: { byName: { US: 0.0083, '+1787': 0.05 }, otherwise: 0.1 },
  });
  expect(connectionOf(yaml, 'other')).toMatchObject({
    destinations: { allowedPrefixes: ['+44'], deniedNumberTypes: ['voip'] },
    guard: { mode: 'off' },
    spend: { connection: {} },
  });
});

describe('a bad rule is one problem that names its place', () => {
  test.each([
    [
      'limits: { recipient: { hour: 0 } }',
      'limits.recipient.hour: must be a whole number from 1 to 1000000000',
    ],
    [
      'limits: { recipient: { hour: many } }',
      'limits.recipient.hour: must be a whole number of messages from 1, or off',
    ],
    [
      'limits: { recipient: { cooldown: 5 } }',
      'limits.recipient.cooldown: must be a duration from 1s to 1h, or off',
    ],
    [
      'connections: { default: { limits: { overall: { hour: 1 } } } }',
      'connections.default.limits.overall: no such setting',
    ],
    ['guard: { mode: refuse }', 'guard.mode: must be one of enforce, record, off'],
    ['guard: { ip: { countries: 0 } }', 'guard.ip.countries: must be a whole number from 1 to 200'],
    ['spend: { price: -1 }', 'spend.price: must be a number from 0.01'],
    ['spend: { price: 5 }', 'spend.price: needs prices.default'],
    ['spend: { price: 5 }\nprices: { US: 1 }', 'spend.price: needs prices.default'],
    [
      'prices: { US: 1 }\nconnections: { default: { spend: { price: 5 } } }',
      'connections.default.spend.price: needs prices.default',
    ],
    ['prices: { UK: 1 }', 'prices.UK: is not the country code in use; write GB; or write default'],
    ['prices: { US: cheap }', 'prices.US: must be a number from 0 to 1000'],
    ['deniedPrefixes: [+88]', 'deniedPrefixes: entry 1 must be text; put it in quotes'],
    ["deniedPrefixes: ['88']", 'must be a prefix of a number in E.164'],
    ['deniedCountries: []', 'deniedCountries: must have at least one entry'],
    ['deniedNumberTypes: [premium]', 'must be one of mobile, fixed_line'],
    ['limits: { ip: { cooldown: 5s } }', 'limits.ip.cooldown: no such setting'],
    ['limits: { numbers: { hour: 1 } }', 'limits.numbers: no such setting'],
    [
      'connections: { default: { limits: { recipients: { hour: 1 } } } }',
      'connections.default.limits.recipients: no such setting (did you mean recipient?)',
    ],
  ])('%s', (yaml, problem) => {
    expect(() => limitsOf(yaml)).toThrow(problem);
  });
});

test('a guard that enforces without any report of used codes causes a warning', () => {
  const warningsOf = (yaml: string) =>
    loadIngressConfig({ env: ENV, readFile: () => yaml, providers: PROVIDERS }).warnings.join();
  expect(warningsOf('guard: { mode: enforce }')).toContain('guard.mode: enforce, but without PUBLIC_URL');
  expect(warningsOf('guard: { mode: enforce }\npublicUrl: https://sms.example.com')).not.toContain(
    'guard.mode',
  );
  expect(warningsOf('guard: { mode: record }')).not.toContain('guard.mode');
});

describe('blocked destinations', () => {
  const { GATEWAY_CONFIG: _, ...env } = ENV;
  const blockedBy = (more: Record<string, string>, yaml = '') =>
    loadIngressConfig({ env: { ...env, ...more }, readFile: () => yaml, providers: PROVIDERS })
      .blockedDestinations;

  test('are prefixes, countries and all, under the names of blocks', () => {
    expect(blockedBy({})).toEqual([]);
    expect(blockedBy({ BLOCKED_DESTINATIONS: '+88, bd,ALL' })).toEqual(['+88', 'BD', '*']);
    expect(blockedBy({ GATEWAY_CONFIG: 'gateway.yaml' }, "blockedDestinations: ['+8801', NO]")).toEqual([
      '+8801',
      'NO',
    ]);
  });

  test.each([
    ['+14155550123', 'Block at most 7 digits'],
    ['US,UK', 'the code in use is GB'],
    ['88', 'write +88, a country of two letters, or all'],
    ['US,,BD', 'is empty'],
  ])('%j is a problem of the variable', (given, problem) => {
    const load = () => blockedBy({ BLOCKED_DESTINATIONS: given });
    expect(load).toThrow('BLOCKED_DESTINATIONS');
    expect(load).toThrow(problem);
    expect(load).not.toThrow('14155550123');
  });

  test('a prefix without quotes, which YAML reads as a number, is a problem', () => {
    expect(() => blockedBy({ GATEWAY_CONFIG: 'gateway.yaml' }, 'blockedDestinations: [+88]')).toThrow(
      /blockedDestinations.*put it in quotes/,
    );
  });
});
