import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadAction, type LoadedAction } from '../packages/cli/src/auth0/run-action.ts';
import { freshNumber, postSms } from './support/auth0.ts';
import { createDisposal } from './support/disposal.ts';
import { startGateway } from './support/gateway.ts';
import { AUDIENCE, SECRET, series } from './support/processes.ts';
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

type Method = { name: string; type?: string; timestamp: string };
const now = () => new Date().toISOString();

/** A login as Auth0 tells it, and what holds for each: it ends well, and logs nothing. */
async function login(
  url: string,
  {
    number,
    methods,
    secrets = {},
  }: { number?: string | undefined; methods: Method[] | undefined; secrets?: object },
) {
  const { end, logged, answers } = await action.run({
    handler: 'onExecutePostLogin',
    event: {
      authentication: methods === undefined ? undefined : { methods },
      user: { user_id: 'sms|1', phone_number: number },
      transaction: { protocol: 'oidc-basic-profile' },
      secrets: { GATEWAY_URL: url, GATEWAY_SECRET: SECRET, GATEWAY_AUDIENCE: AUDIENCE, ...secrets },
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
  ])('a code that was used is told, by the address %s', async (path, env, secrets) => {
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

  test('its sending is taken back from what the guard holds against the country', async () => {
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

describe('nobody is asked', () => {
  const longAgo = new Date(Date.now() - 3_600_000).toISOString();
  test.each<[string, string | undefined, Method[] | undefined]>([
    ['for a password', '+14155550123', [{ name: 'pwd', timestamp: now() }]],
    ['for another second factor', '+14155550123', [{ name: 'mfa', type: 'otp', timestamp: now() }]],
    ['for a session that was proved long ago', '+14155550123', [{ name: 'sms', timestamp: longAgo }]],
    ['without a number', undefined, [{ name: 'sms', timestamp: now() }]],
    ['without a time', '+14155550123', [{ name: 'sms', timestamp: '' }]],
    ['where Auth0 tells no methods', '+14155550123', undefined],
  ])('%s', async (_why, number, methods) => {
    await using disposal = createDisposal();
    const server = disposal.use(
      await startScriptedProviderServer((response) => void response.writeHead(200).end('{}')),
    );
    expect(await login(`${server.url}/v1/sms`, { number, methods })).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test.each([
    ['GATEWAY_URL', 'http://sms.example.com/v1/sms'],
    ['GATEWAY_SECRET', ''],
    ['GATEWAY_AUDIENCE', ''],
  ])('where the secret %s is %j', async (name, value) => {
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

  test('when nothing is there, and when nothing answers', async () => {
    await using disposal = createDisposal();
    const deaf = disposal.use(await startDeafServer());
    expect(await login(`${await refusingUrl()}/v1/sms`, { number: '+14155550123', methods })).toEqual([]);
    expect(await login(`${deaf.url}/v1/sms`, { number: '+14155550123', methods })).toEqual([]);
  });
});
