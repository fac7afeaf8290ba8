import { expect, test } from 'vitest';
import { startScreen } from './start-screen.ts';

const SECRET = 'q-vN1L0vV1l2x9c6b9xkY3Qy8m5s7d2fW0aZbT4uE8I';

const setup = (overrides: Partial<Parameters<typeof startScreen>[0]> = {}) =>
  startScreen({
    url: 'http://127.0.0.1:8080/v1/sms',
    redis: "Redis 7.0.15, private, from the distribution's redis-server",
    demonstration: ['    +0 ms  accepted', '   +19 ms  attempt 1', '   +25 ms  sent', 'The code: 493817'],
    authentication: {
      secret: SECRET,
      isSecretBase64Encoded: false,
      audience: 'urn:gateway',
      subject: 'urn:Auth0',
    },
    secretOrigin: 'dev_state',
    publicUrl: undefined,
    stateDir: '.gateway',
    adminPorts: { ingress: 9090, worker: 9091 },
    consoleUrl: 'http://127.0.0.1:9092',
    hasInbox: true,
    ...overrides,
  });

const optionsOn = (screen: string): unknown =>
  JSON.parse(/^\{ "provider"[^]*?true \}$/m.exec(screen)?.[0] ?? '');

test('the screen fits 80 columns and 24 lines', () => {
  const lines = setup().split('\n');

  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('the options can be pasted as they are, with the public address', () => {
  expect(optionsOn(setup({ publicUrl: 'https://sms.example.com/' }))).toEqual({
    provider: 'sms_gateway',
    gateway_url: 'https://sms.example.com/v1/sms',
    gateway_authentication: {
      method: 'bearer',
      subject: 'urn:Auth0',
      audience: 'urn:gateway',
      secret: SECRET,
      secret_base64_encoded: false,
    },
    forward_req_info: true,
  });
});

test.each([
  ['environment', 'THE AUTH0_SECRET OF YOUR ENVIRONMENT'],
  ['configuration', 'THE FIRST SECRET OF default IN YOUR GATEWAY_CONFIG'],
] as const)('a secret of the %s is not shown', (secretOrigin, instead) => {
  const screen = setup({ secretOrigin });

  expect(screen).not.toContain(SECRET);
  expect(optionsOn(screen)).toMatchObject({ gateway_authentication: { secret: instead } });
});
