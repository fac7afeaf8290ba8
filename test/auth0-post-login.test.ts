import { fileURLToPath } from 'node:url';
import { jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadAction, type LoadedAction } from '../packages/cli/src/tenant/run-action.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { startGateway } from './support/gateway.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { series } from './support/series.ts';
import {
  refusingUrl,
  startDeafServer,
  startScriptedProviderServer,
} from './support/scripted-provider-server.ts';

const FILE = fileURLToPath(new URL('../integrations/auth0-post-login/report-verified.js', import.meta.url));
const RAW_SECRET = Buffer.alloc(40, 0xfb);

let action: LoadedAction;
beforeAll(async () => {
  action = await loadAction(FILE);
});

const now = () => new Date().toISOString();

/** A login as Auth0 tells it, and what holds for each: it ends well, and logs nothing. */
async function login(
  url: string,
  {
    number,
    methods,
    secrets = {},
    user = {},
    event = {},
  }: {
    number?: string | undefined;
    methods: unknown[] | undefined;
    secrets?: object;
    user?: object;
    event?: object;
  },
) {
  const { end, logged, answers } = await action.run({
    handler: 'onExecutePostLogin',
    // Somebody is waiting: far less than Auth0 would give it, and little more than the Action promises.
    timeoutMs: 3500,
    event: {
      authentication: methods === undefined ? undefined : { methods },
      user: { user_id: 'sms|1', phone_number: number, phone_verified: true, ...user },
      transaction: { protocol: 'oidc-basic-profile' },
      secrets: { GATEWAY_URL: url, GATEWAY_SECRET: SECRET, GATEWAY_AUDIENCE: AUDIENCE, ...secrets },
      ...event,
    },
  });
  expect(end).toEqual({ kind: 'returned' });
  expect(logged).toEqual([]);
  return answers;
}

describe('with a real gateway', () => {
  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['/v1/sms', {}, {}],
    ['/v1/connections/default/sms', {}, {}],
    [
      '/v1/sms/',
      {
        AUTH0_SECRET: RAW_SECRET.toString('base64url'),
        AUTH0_SECRET_BASE64: 'true',
        AUTH0_SUBJECT: 'urn:Auth0',
      },
      {
        GATEWAY_SECRET: RAW_SECRET.toString('base64'),
        GATEWAY_SECRET_BASE64: 'true',
        GATEWAY_SUBJECT: 'urn:Auth0',
      },
    ],
  ])('a used code is reported, with the URL %s', async (path, env, secrets) => {
    await using disposal = createDisposal();
    const gateway = disposal.use(await startGateway({ env }));
    const number = freshNumber();
    const [answer] = await login(gateway.ingress.url + path, {
      number,
      methods: [
        { name: 'pwd', timestamp: now() },
        { name: 'mfa', type: 'phone', timestamp: now() },
      ],
      secrets,
    });
    expect(answer).toEqual({ status: 200, body: '{"credited":0}' });
  });

  test('the guard no longer counts it against the country', async () => {
    await using disposal = createDisposal();
    const gateway = disposal.use(await startGateway());
    const number = freshNumber();
    expect((await postSms(gateway.ingress.url, { body: { recipient: number } })).status).toBe(200);
    const url = `${gateway.ingress.url}/v1/sms`;
    const login1 = await login(url, { number, methods: [{ name: 'sms', timestamp: now() }] });
    expect(login1).toEqual([{ status: 200, body: '{"credited":1}' }]);
    const metrics = await gateway.ingress.metrics();
    expect(series(metrics, 'gateway_codes_verified_total{connection="default"}')).toBe(1);
  });
});

describe('the report', () => {
  const NUMBER = '+14155550123';
  const ago = (seconds: number) => new Date(Date.now() - 1000 * seconds).toISOString();
  const [later, earlier] = [ago(10), ago(300)];
  const sms = (timestamp: string) => ({ name: 'sms', timestamp });
  const mfa = (timestamp: string) => ({ name: 'mfa', type: 'phone', timestamp });
  const linked = (phone_number: string) => ({ provider: 'sms', profileData: { phone_number } });

  test.each<[string, { methods: unknown[]; user?: object }, { recipient: string; time: string }]>([
    [
      'the number and time of a passwordless login',
      { methods: [sms(later)] },
      { recipient: NUMBER, time: later },
    ],
    [
      'a passwordless login though the profile does not say that it is verified',
      { methods: [sms(later)], user: { phone_verified: undefined } },
      { recipient: NUMBER, time: later },
    ],
    [
      'a reset by phone',
      { methods: [{ name: 'phone_number', timestamp: later }] },
      { recipient: NUMBER, time: later },
    ],
    ['a second factor of a verified number', { methods: [mfa(later)] }, { recipient: NUMBER, time: later }],
    [
      'the later of two for one number',
      { methods: [sms(earlier), mfa(later)] },
      { recipient: NUMBER, time: later },
    ],
    [
      'not the time of a second factor, where the number is another’s',
      { methods: [sms(earlier), mfa(later)], user: { phone_verified: false } },
      { recipient: NUMBER, time: earlier },
    ],
    [
      'the number of a linked account',
      {
        methods: [sms(later)],
        user: { phone_number: undefined, identities: [{ provider: 'auth0' }, linked('+14155550199')] },
      },
      { recipient: '+14155550199', time: later },
    ],
    [
      'the number of the one account that there is',
      { methods: [sms(later)], user: { identities: [{ provider: 'sms' }] } },
      { recipient: NUMBER, time: later },
    ],
    [
      'what can be read of a list with unknown things in it',
      { methods: [null, 'sms', { name: 'sms' }, { name: 'sms', timestamp: 5 }, sms(later)] },
      { recipient: NUMBER, time: later },
    ],
  ])('is %s', async (_title, { methods, user }, expected) => {
    await using disposal = createDisposal();
    const server = disposal.use(
      await startScriptedProviderServer((response) => void response.writeHead(200).end('{}')),
    );
    await login(`${server.url}/v1/sms`, { number: NUMBER, methods, ...(user && { user }) });
    expect(server.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([expected]);
  });

  test.each([
    ['/v1/sms', '/v1/connections/default/verified'],
    ['/v1/connections/acme/sms', '/v1/connections/acme/verified'],
    ['/v1/connections/v1/sms/', '/v1/connections/v1/verified'],
    ['/gateway/v1/sms', '/gateway/v1/connections/default/verified'],
    ['/codes', undefined],
    ['/v1/connections/acme/sms/else', undefined],
  ])('for messages to %s is sent to %s', async (path, expected) => {
    await using disposal = createDisposal();
    const server = disposal.use(
      await startScriptedProviderServer((response) => void response.writeHead(200).end('{}')),
    );
    await login(server.url + path, { number: NUMBER, methods: [sms(later)] });
    expect(server.requests.map((request) => request.path)).toEqual(expected === undefined ? [] : [expected]);
  });
});

test('each call has a new token, valid for a minute, with secrets as they are pasted', async () => {
  await using disposal = createDisposal();
  const server = disposal.use(
    await startScriptedProviderServer((response) => void response.writeHead(200).end('{}')),
  );
  const methods = [{ name: 'sms', timestamp: now() }];
  const secrets = { GATEWAY_SECRET: ` ${SECRET}\n`, GATEWAY_AUDIENCE: `${AUDIENCE} ` };
  for (let index = 0; index < 2; index += 1)
    await login(`${server.url}/v1/sms`, { number: '+14155550123', methods, secrets });
  const claims = await Promise.all(
    server.requests.map(async ({ headers }) => {
      const token = String(headers.authorization).replace('Bearer ', '');
      const key = new TextEncoder().encode(SECRET);
      return (await jwtVerify(token, key, { audience: AUDIENCE, algorithms: ['HS256'] })).payload;
    }),
  );
  expect(claims.map(({ iat = 0, exp = 0 }) => exp - iat)).toEqual([60, 60]);
  expect(new Set(claims.map(({ jti }) => jti)).size).toBe(2);
});

describe('there is no call', () => {
  const longAgo = new Date(Date.now() - 11 * 60_000).toISOString();
  test.each<[string, string | undefined, unknown[] | undefined, object?]>([
    [
      'for a second factor, whose number is not known to be the profile’s',
      '+14155550123',
      [{ name: 'mfa', type: 'phone', timestamp: now() }],
      { phone_verified: false },
    ],
    [
      'where several linked accounts could be the one',
      '+14155550123',
      [{ name: 'sms', timestamp: now() }],
      {
        identities: [{ provider: 'sms' }, { provider: 'sms', profileData: { phone_number: '+14155550199' } }],
      },
    ],
    ['for a password', '+14155550123', [{ name: 'pwd', timestamp: now() }]],
    ...['otp', 'email', 'push-notification', 'webauthn-roaming', 'webauthn-platform', 'recovery-code'].map(
      (type): [string, string, unknown[]] => [
        `for a second factor by ${type}`,
        '+14155550123',
        [{ name: 'mfa', type, timestamp: now() }],
      ],
    ),
    ['for an empty number', '', [{ name: 'sms', timestamp: now() }]],
    ['for a session that was proved long ago', '+14155550123', [{ name: 'sms', timestamp: longAgo }]],
    ['without a number', undefined, [{ name: 'sms', timestamp: now() }]],
    ['without a time', '+14155550123', [{ name: 'sms', timestamp: '' }]],
    ['where Auth0 tells no methods', '+14155550123', undefined],
  ])('%s', async (_why, number, methods, user = {}) => {
    await using disposal = createDisposal();
    const server = disposal.use(
      await startScriptedProviderServer((response) => void response.writeHead(200).end('{}')),
    );
    expect(await login(`${server.url}/v1/sms`, { number, methods, user })).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test('for a refresh token, whose session was already reported', async () => {
    await using disposal = createDisposal();
    const server = disposal.use(
      await startScriptedProviderServer((response) => void response.writeHead(200).end('{}')),
    );
    const methods = [{ name: 'sms', timestamp: now() }];
    const event = { transaction: { protocol: 'oauth2-refresh-token' } };
    expect(await login(`${server.url}/v1/sms`, { number: '+14155550123', methods, event })).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test('over plain HTTP to anything but this machine', async () => {
    await using disposal = createDisposal();
    const server = disposal.use(
      await startScriptedProviderServer((response) => void response.writeHead(200).end('{}')),
    );
    const { port } = new URL(server.url);
    const methods = [{ name: 'sms', timestamp: now() }];
    await login(`http://[::ffff:127.0.0.1]:${port}/v1/sms`, { number: '+14155550123', methods });
    expect(server.requests).toEqual([]);
  });

  test('without any secrets', async () => {
    const methods = [{ name: 'sms', timestamp: now() }];
    const event = { secrets: undefined };
    expect(await login('https://sms.example.com/v1/sms', { number: '+14155550123', methods, event })).toEqual(
      [],
    );
  });

  test.each([
    ['GATEWAY_URL', 'http://sms.example.com/v1/sms'],
    ['GATEWAY_SECRET', ''],
    ['GATEWAY_AUDIENCE', ''],
  ])('if the secret %s is %j', async (name, value) => {
    const methods = [{ name: 'sms', timestamp: now() }];
    expect(
      await login('https://sms.example.com/v1/sms', {
        number: '+14155550123',
        methods,
        secrets: { [name]: value },
      }),
    ).toEqual([]);
  });
});

describe('a login goes on', () => {
  const methods = [{ name: 'sms', timestamp: now() }];
  test.each([401, 404, 500, 503])('when the gateway answers %i', async (status) => {
    await using disposal = createDisposal();
    const server = disposal.use(
      await startScriptedProviderServer((response) => void response.writeHead(status).end('{}')),
    );
    const answers = await login(`${server.url}/v1/sms`, { number: '+14155550123', methods });
    expect(answers).toEqual([{ status, body: '{}' }]);
    expect(server.requests[0]?.path).toBe('/v1/connections/default/verified');
  });

  test('when it redirects, and the token is not sent on', async () => {
    await using disposal = createDisposal();
    const server = disposal.use(
      await startScriptedProviderServer(
        (response) => void response.writeHead(307, { location: '/else' }).end(),
      ),
    );
    expect(await login(`${server.url}/v1/sms`, { number: '+14155550123', methods })).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('when nothing listens, and when nothing answers', async () => {
    await using disposal = createDisposal();
    const deaf = disposal.use(await startDeafServer());
    expect(await login(`${refusingUrl()}/v1/sms`, { number: '+14155550123', methods })).toEqual([]);
    expect(await login(`${deaf.url}/v1/sms`, { number: '+14155550123', methods })).toEqual([]);
  });
});
