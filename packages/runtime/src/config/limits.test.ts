import { describe, expect, test } from 'vitest';
import { loadIngressConfig } from './load-config.ts';

const ENV = {
  PAYLOAD_ENCRYPTION: 'off',
  AUTH0_SECRET: 'a-shared-secret-of-more-than-32-bytes',
  AUTH0_AUDIENCE: 'a',
  GATEWAY_CONFIG: 'gateway.yaml',
};

const limitsOf = (yaml: string, name = 'default') =>
  loadIngressConfig({ env: ENV, readFile: () => yaml }).connections.find((one) => one.name === name)?.limits;

test('none are set unless somebody sets them', () => {
  expect(limitsOf('logLevel: info')).toEqual({ recipient: {}, ip: {}, country: {}, connection: {} });
});

test('a connection takes those for all where it says nothing, window by window', () => {
  const yaml = `
limits: { recipient: { cooldown: 10s, hour: 5, day: '20' }, ip: { minute: 3 } }
connections:
  default: { limits: { recipient: { cooldown: off, hour: 7 }, country: { day: 100 } } }
  other: { secrets: [x], audience: a }
`;
  expect(limitsOf(yaml)).toEqual({
    recipient: { hour: 7, day: 20 },
    ip: { minute: 3 },
    country: { day: 100 },
    connection: {},
  });
  expect(limitsOf(yaml, 'other')).toMatchObject({ recipient: { cooldownMs: 10_000, hour: 5, day: 20 } });
});

describe('a bad limit is one problem that names its place', () => {
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
