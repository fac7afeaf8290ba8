import { expect, test } from 'vitest';
import { KEY, problemsOf } from '../../../test/support/load-settings.ts';
import { loadConsoleConfig } from './load-config.ts';

const load = (env: Record<string, string> = {}) => loadConsoleConfig({ env: { PAYLOAD_KEYS: KEY, ...env } });

test('on loopback it needs no sign-in, and has an inbox', () => {
  expect(load()).toMatchObject({
    host: '127.0.0.1',
    port: 9092,
    signIn: { kind: 'none' },
    publicUrl: undefined,
    hasInbox: true,
    warnings: [],
  });
});

test.each([
  [{ NODE_ENV: 'production' }, false],
  [{ CONSOLE_HOST: '0.0.0.0', CONSOLE_PASSWORD: 'correct horse battery' }, false],
  [{ CONSOLE_HOST: '::1' }, true],
  [{ CONSOLE_HOST: 'localhost' }, true],
])('with %j the inbox is served: %s', (env, hasInbox) => {
  expect(load(env).hasInbox).toBe(hasInbox);
});

test('an issuer, with operators and viewers', () => {
  expect(
    load({
      CONSOLE_HOST: '0.0.0.0',
      CONSOLE_URL: 'https://console.acme.example/',
      CONSOLE_OIDC_ISSUER: 'https://acme.eu.auth0.com',
      CONSOLE_OIDC_CLIENT_ID: 'client',
      CONSOLE_OIDC_CLIENT_SECRET: 'secret',
      CONSOLE_OPERATORS: 'ops@acme.example, @oncall.example',
      CONSOLE_VIEWERS: '*',
    }),
  ).toMatchObject({
    publicUrl: 'https://console.acme.example',
    signIn: {
      kind: 'oidc',
      issuer: 'https://acme.eu.auth0.com',
      clientId: 'client',
      clientSecret: 'secret',
      operators: ['ops@acme.example', '@oncall.example'],
      viewers: ['*'],
    },
  });
});

const OIDC = { CONSOLE_OIDC_ISSUER: 'https://acme.eu.auth0.com', CONSOLE_OIDC_CLIENT_ID: 'client' };

test.each([
  [{ CONSOLE_HOST: '0.0.0.0' }, /^CONSOLE_HOST: is not loopback.*CONSOLE_OIDC_ISSUER or CONSOLE_PASSWORD/],
  [{ CONSOLE_PASSWORD: 'short' }, /^CONSOLE_PASSWORD: must have 12 characters/],
  [
    { ...OIDC, CONSOLE_OPERATORS: '*', CONSOLE_PASSWORD: 'correct horse battery' },
    /^CONSOLE_PASSWORD: contradicts/,
  ],
  [OIDC, /^CONSOLE_OPERATORS: not set, so nobody/],
  [{ CONSOLE_OIDC_ISSUER: 'https://a.example', CONSOLE_OPERATORS: '*' }, /^CONSOLE_OIDC_CLIENT_ID: not set/],
  [{ CONSOLE_OIDC_CLIENT_ID: 'client' }, /^CONSOLE_OIDC_ISSUER: not set, although CONSOLE_OIDC_CLIENT_ID is/],
])('%j is refused', (env, problem) => {
  const problems = problemsOf(() => load(env));

  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
  expect(problems[0]).not.toContain('correct horse');
});

test('a URL without TLS causes a warning', () => {
  expect(load({ CONSOLE_URL: 'http://console.acme.example' }).warnings).toEqual([
    expect.stringMatching(/^CONSOLE_URL: without TLS/),
  ]);
});

test('a file for all processes is read only for what the console needs', () => {
  const file = `
connections: { default: { secrets: [a-secret-of-32-bytes-or-more-000], audience: urn:x } }
providers: { order: [twilio], twilio: { accountSid: AC1 } }
console: { port: 9999 }
`;
  const config = loadConsoleConfig({
    env: { PAYLOAD_KEYS: KEY, GATEWAY_CONFIG: '/gateway.yaml' },
    readFile: () => file,
  });

  expect(config.port).toBe(9999);
});
