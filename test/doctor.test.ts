import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { gatewayKeys } from '@sms-gateway/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { twilioConnection } from './support/auth0-management/connections.ts';
import {
  ALL_SCOPES,
  type Auth0Management,
  CLIENT_SECRET,
  startAuth0Management,
} from './support/auth0-management/start-auth0-management.ts';
import { until } from './support/until.ts';
import { auth0Token, postSms } from './support/auth0.ts';
import { startSentinelTrio } from '../packages/dev-redis/src/topology/sentinel-trio.ts';
import { createCertificate } from './support/certificate.ts';
import { writeConfig } from './support/config-file.ts';
import { type Gateway, PROVIDER_TOKEN, startGateway } from './support/gateway.ts';
import { runGatewayCommand, spawnGatewayCommand } from './support/gateway-command.ts';
import { AUDIENCE, baseEnv, PAYLOAD_KEY, SECRET } from './support/base-env.ts';
import { startIngress } from './support/services.ts';
import { refusingUrl, startScriptedProviderServer } from './support/scripted-provider-server.ts';
import { firstEngine, startTestRedis } from './support/test-redis.ts';
import { openRedis } from './support/traces.ts';

const OTHER_SECRET = 'another-shared-secret-of-more-than-32-bytes-for-tests';
const TWILIO_TOKEN = 'auth-token-of-twilio-0123456789';
const REDIS_PASSWORD = 'password-of-redis';
const SECRETS = [
  REDIS_PASSWORD,
  SECRET,
  OTHER_SECRET,
  PAYLOAD_KEY,
  PROVIDER_TOKEN,
  TWILIO_TOKEN,
  CLIENT_SECRET,
];

type Entry = { name: string; status: string; finding: string; advice: string | null };

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.startWorker();
  // Ingress and worker have reported, and are ready.
  await until(async () => {
    const said = await gateway.client.hvals(gatewayKeys.processes);
    const reasons = said.map((status) => (JSON.parse(status) as { reasons: string[] }).reasons);
    expect(reasons).toEqual([[], []]);
  });
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
});

/** Settings with which every check passes except those that a test changes. */
const soundEnv = () => ({
  ...baseEnv,
  REDIS_URL: gateway.redis.url,
  PUBLIC_URL: gateway.ingress.url,
  PROVIDERS: 'console',
  ALLOWED_COUNTRIES: 'US',
  GATEWAY_STATE_DIR: join(tmpdir(), 'no-such-state'),
});

async function doctor(env: Record<string, string>, only?: string, run = runGatewayCommand) {
  const args = ['doctor', '--json', ...(only === undefined ? [] : ['--only', only])];
  const { code, stdout, stderr } = await run(args, env);
  for (const secret of SECRETS) expect(stdout + stderr).not.toContain(secret);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as { ok: boolean; checks: Entry[] };
  expect(report.ok).toBe(code === 0);
  for (const { status, advice } of report.checks) {
    if (status === 'warning' || status === 'failed') expect(advice).not.toBeNull();
    else expect(advice).toBeNull();
  }
  return { code, checks: report.checks };
}

describe('a healthy gateway', () => {
  test('passes every check that can be made, and exits with 0', async () => {
    const { code, checks } = await doctor(soundEnv());

    expect(code).toBe(0);
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['configuration', 'ok'],
      // ALLOWED_COUNTRIES names one of the countries that share +1.
      ['configuration', 'ok'],
      ['redis', 'ok'],
      ['worker', 'ok'],
      ['processes', 'ok'],
      ['traffic', 'ok'],
      ['secrets', 'ok'],
      ['providers', 'skipped'],
      ['clock', 'ok'],
      // Only this machine reaches 127.0.0.1.
      ['public-url', 'warning'],
      ['public-url', 'ok'],
      ['tls', 'skipped'],
      ['segments', 'skipped'],
      ['callers', 'ok'],
      ['tenant', 'skipped'],
    ]);
    expect(checks.find(({ name }) => name === 'clock')?.finding).toContain('Redis, the gateway');
    expect(checks.find(({ name }) => name === 'tenant')?.finding).toBe(
      'not set: AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or AUTH0_API_TOKEN)',
    );
  });

  test('fits on one screen, and no message is sent', async () => {
    const { code, stdout, stderr } = await runGatewayCommand(['doctor'], soundEnv());

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✓ ok +redis +a message is on its disk/m);
    expect(stdout).toMatch(/^! warning +public-url +PUBLIC_URL names 127\.0\.0\.1/m);
    expect(stdout).toMatch(/\n\n0 failed, 1 warning, 10 ok, 4 skipped\n$/);
    expect(stdout.split('\n').length).toBeLessThan(24);
    expect(gateway.sent()).toEqual([]);
  });

  test('that npm start has started needs no settings', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-state-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const state = {
      secret: SECRET,
      audience: AUDIENCE,
      payloadKey: PAYLOAD_KEY,
      url: `${gateway.ingress.url}/v1/sms`,
      connection: 'default',
      redisUrl: gateway.redis.url,
    };
    await writeFile(join(folder, 'dev.json'), JSON.stringify(state));
    const { code, checks } = await doctor({ GATEWAY_STATE_DIR: folder });

    expect(code).toBe(0);
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'configuration', finding: expect.stringContaining('npm start') }),
    );
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'public-url',
        status: 'warning',
        finding: expect.stringContaining('not set'),
      }),
    );
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'public-url',
        status: 'ok',
        finding: expect.stringContaining('is this gateway'),
      }),
    );
  });
});

test('reports malformed requests of a caller, as the ingress remembers them', async () => {
  const { status } = await postSms(gateway.ingress.url, {
    body: { recipient: '+447400123456', req: { ip: 'unknown' } },
  });
  expect(status).toBe(200);

  const checks = await until(async () => {
    const report = await doctor(soundEnv(), 'callers');
    expect(report.checks[0]?.status).toBe('warning');
    return report.checks;
  });

  expect(checks).toMatchObject([
    { name: 'callers', finding: expect.stringMatching(/^default: req\.ip is not an IP address/) },
  ]);
});

describe('the configuration', () => {
  test('with problems has a failure for each, and hides no other check', async () => {
    const { code, checks } = await doctor(
      { ...soundEnv(), PROVIDERS: 'twillio', CONCURRENCY: 'many' },
      'configuration,redis',
    );

    expect(code).toBe(1);
    expect(checks).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('CONCURRENCY') },
      { status: 'failed', finding: expect.stringContaining('PROVIDERS') },
      { status: 'ok', finding: expect.stringContaining('ALLOWED_COUNTRIES') },
      { name: 'redis', status: 'ok' },
    ]);
  });

  test('can come from a file', async () => {
    await using file = await writeConfig(`
connections:
  acme: { secrets: ["\${ACME_SECRET}"], audience: ${AUDIENCE}, template: "${'ж'.repeat(80)}" }
`);
    const env = { ...soundEnv(), GATEWAY_CONFIG: file.path, ACME_SECRET: OTHER_SECRET, AUTH0_SECRET: '' };
    const { checks } = await doctor(env, 'secrets,public-url,segments');

    expect(checks).toMatchObject([
      { name: 'secrets', status: 'ok', finding: expect.stringContaining('acme has one secret') },
      { name: 'public-url', status: 'warning' },
      {
        name: 'public-url',
        status: 'failed',
        finding: expect.stringContaining('/v1/connections/acme/sms'),
        advice: expect.stringContaining('acme'),
      },
      { name: 'segments', status: 'warning', finding: expect.stringContaining('connections.acme.template') },
    ]);
  });
});

describe('no worker', () => {
  test('is a warning, and a failure once a message waits for more than 10 s', async () => {
    await using redis = await startTestRedis();
    using client = openRedis(redis.url);
    const env = { ...soundEnv(), REDIS_URL: redis.url };

    const idle = await doctor(env, 'worker');
    await client.lpush('{gateway}:sms:wait', 'one');
    await client.hset('{gateway}:sms:one', 'timestamp', Date.now() - 60_000);
    const waiting = await doctor(env, 'worker');

    expect(idle).toMatchObject({ code: 0, checks: [{ name: 'worker', status: 'warning' }] });
    expect(waiting).toMatchObject({
      code: 1,
      checks: [{ status: 'failed', advice: expect.stringContaining('PAYLOAD_KEYS') }],
    });
  });
});

describe('Redis', () => {
  test('with a wrong setting is a failure that names it', async () => {
    await using redis = await startTestRedis({
      settings: { appendfsync: 'everysec', 'maxmemory-policy': 'allkeys-lru' },
    });
    const { code, checks } = await doctor({ ...soundEnv(), REDIS_URL: redis.url }, 'redis');

    expect(code).toBe(1);
    expect(checks).toMatchObject([
      { status: 'failed', finding: 'Redis has appendfsync everysec: set "appendfsync always"' },
      {
        status: 'failed',
        finding: 'Redis has maxmemory-policy allkeys-lru: set "maxmemory-policy noeviction"',
      },
    ]);
  });

  test('with a wrong setting passes if no durability is promised', async () => {
    await using redis = await startTestRedis({ settings: { appendfsync: 'everysec' } });
    const { code, checks } = await doctor(
      { ...soundEnv(), REDIS_URL: redis.url, DURABILITY: 'none' },
      'redis',
    );

    expect({ code, checks }).toMatchObject({
      code: 0,
      checks: [{ status: 'ok', finding: expect.stringContaining('in memory only') }],
    });
  });

  test('that refuses the password is distinguished from one that is not there and from a silent one', async () => {
    const locked = new URL(gateway.redis.url);
    [locked.username, locked.password] = ['nobody', REDIS_PASSWORD];
    await using frozen = await startTestRedis({ mustControl: true });
    await frozen.pause();
    const gone = refusingUrl().replace('http:', 'redis:');
    const [refusing, silent, absent] = await Promise.all(
      [locked.href, frozen.url, gone].map((url) => doctor({ ...soundEnv(), REDIS_URL: url }, 'redis')),
    );
    // A Cluster has only database 0, which the URL of the gateway must not name.
    const cluster = await doctor(
      { ...soundEnv(), REDIS_URL: gone, REDIS_CLUSTER_NODES: new URL(gone).host },
      'redis',
    );
    await frozen.resume();

    expect(refusing).toMatchObject({
      code: 1,
      checks: [
        {
          status: 'failed',
          finding: expect.stringContaining('WRONGPASS'),
          advice: expect.stringContaining('password'),
        },
      ],
    });
    expect(absent).toMatchObject({ code: 1, checks: [{ finding: expect.stringContaining('ECONNREFUSED') }] });
    expect(cluster).toMatchObject({
      code: 1,
      checks: [{ finding: expect.stringContaining('Redis cannot be used') }],
    });
    expect(silent).toMatchObject({ code: 1, checks: [{ finding: 'Redis cannot be used: no answer' }] });
  });
});

test.skipIf(inject('engines').length === 0)(
  'Redis behind Sentinel is well with two replicas and a fence, and whatever else says what to change',
  async () => {
    await using trio = await startSentinelTrio({ binary: firstEngine(), env: process.env });
    const primary = await trio.primary();
    const { REDIS_URL: _, ...rest } = soundEnv();
    const check = async (fence: number, env: Record<string, string> = {}) => {
      await primary.ask((redis) => redis.config('SET', 'min-replicas-to-write', fence));
      return (await doctor({ ...rest, ...trio.env, ...env }, 'redis')).checks;
    };
    const isWell = { status: 'ok', finding: expect.stringContaining('on its replicas') };

    expect(await check(1)).toMatchObject([isWell]);
    expect(await check(0)).toMatchObject([
      isWell,
      { status: 'warning', advice: expect.stringContaining('"min-replicas-to-write 1"') },
    ]);
    expect(await check(2)).toMatchObject([
      isWell,
      { status: 'warning', finding: expect.stringMatching(/2 and 2 replicas: it takes no writes while one/) },
    ]);
    expect(await check(1, { DURABILITY: 'fsync' })).toMatchObject([
      {
        status: 'warning',
        finding: expect.stringMatching(/every failover of Sentinel loses codes/),
        advice: expect.stringContaining('DURABILITY=replicated'),
      },
    ]);
    expect(await check(1, { DURABILITY_REPLICAS: '3' })).toMatchObject([
      {
        status: 'failed',
        finding: 'Redis has 2 replicas online, DURABILITY_REPLICAS asks for 3',
        advice: expect.stringContaining('replicaof HOST PORT'),
      },
    ]);
  },
);

describe('the public address', () => {
  test('that accepts another secret is a failure', async () => {
    const { code, checks } = await doctor({ ...soundEnv(), AUTH0_SECRET: OTHER_SECRET }, 'public-url');

    expect(code).toBe(1);
    expect(checks.at(-1)).toMatchObject({
      status: 'failed',
      finding: expect.stringContaining('does not accept the secret of default'),
      advice: expect.stringContaining('AUTH0_SECRET'),
    });
  });

  test('must accept both secrets during a rotation', async () => {
    const both = `${OTHER_SECRET},${SECRET}`;
    const halfway = await doctor({ ...soundEnv(), AUTH0_SECRET: both }, 'public-url,secrets');
    await using rotating = await startIngress({ REDIS_URL: gateway.redis.url, AUTH0_SECRET: both });
    const ready = await doctor({ ...soundEnv(), AUTH0_SECRET: both, PUBLIC_URL: rotating.url }, 'public-url');

    expect(halfway.code).toBe(1);
    expect(halfway.checks).toMatchObject([
      { name: 'secrets', status: 'warning', finding: expect.stringContaining('a rotation is in progress') },
      { name: 'public-url', status: 'warning' },
      { name: 'public-url', status: 'failed', finding: expect.stringContaining('secret 1 of 2') },
      { name: 'public-url', status: 'ok' },
    ]);
    expect(ready.code).toBe(0);
    expect(ready.checks.at(-1)).toMatchObject({ finding: expect.stringContaining('2 secrets of default') });
  });

  test('at which nobody or another service answers is a failure', async () => {
    await using stranger = await startScriptedProviderServer((response) =>
      response.writeHead(200).end('hello'),
    );
    const dead = await doctor({ ...soundEnv(), PUBLIC_URL: refusingUrl() }, 'public-url');
    const other = await doctor({ ...soundEnv(), PUBLIC_URL: stranger.url }, 'public-url');

    expect(dead.checks.at(-1)).toMatchObject({ finding: expect.stringContaining('ECONNREFUSED') });
    expect(other.checks.at(-1)).toMatchObject({
      status: 'failed',
      finding: expect.stringContaining('is not this gateway'),
    });
    expect([dead.code, other.code]).toEqual([1, 1]);
  });
});

/** TLS in front of the ingress, as a load balancer has it. */
async function startTlsProxy() {
  const { cert, key } = createCertificate();
  const folder = await mkdtemp(join(tmpdir(), 'doctor-tls-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, cert);
  const { port: ingressPort } = new URL(gateway.ingress.url);
  const server = createTlsServer({ cert, key }, (socket) => {
    const ingress = connect(Number(ingressPort), '127.0.0.1');
    for (const end of [socket, ingress]) end.on('error', () => {});
    socket.pipe(ingress).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    caFile,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

describe('TLS', () => {
  test('with a trusted certificate for this name passes', async () => {
    await using proxy = await startTlsProxy();
    const env = {
      ...soundEnv(),
      PUBLIC_URL: `https://localhost:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: proxy.caFile,
    };
    // Node reads the authorities that it trusts when a process starts.
    const { code, checks } = await doctor(env, 'public-url,tls', spawnGatewayCommand);

    expect(code).toBe(0);
    expect(checks.at(-1)).toMatchObject({
      name: 'tls',
      status: 'ok',
      finding: expect.stringMatching(/trusted, matches the name, TLSv1\.3, valid for \d+ more days/),
    });
    expect(checks.at(-2)).toMatchObject({ finding: expect.stringContaining('is this gateway') });
  });

  test('with an untrusted certificate for another name is reported as both', async () => {
    await using proxy = await startTlsProxy();
    const { code, checks } = await doctor(
      { ...soundEnv(), PUBLIC_URL: `https://127.0.0.1:${proxy.port}` },
      'tls',
    );

    expect(code).toBe(1);
    expect(checks).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)') },
      { status: 'failed', finding: expect.stringContaining('for another name') },
    ]);
  });

  test('that is missing is a failure', async () => {
    const url = gateway.ingress.url.replace('http:', 'https:');
    const { checks } = await doctor({ ...soundEnv(), PUBLIC_URL: url }, 'tls');

    expect(checks).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('no TLS connection') },
    ]);
  });
});

describe('providers', () => {
  const twilioEnv = (apiUrl: string) => ({
    ...soundEnv(),
    PROVIDERS: 'twilio,vonage,telnyx,plivo,infobip,sinch,http',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
    TWILIO_FROM: '+15005550006',
    TWILIO_API_URL: `${apiUrl}/twilio`,
    VONAGE_API_KEY: 'key',
    VONAGE_API_SECRET: TWILIO_TOKEN,
    VONAGE_FROM: 'Acme',
    VONAGE_API_URL: `${apiUrl}/vonage`,
    TELNYX_API_KEY: TWILIO_TOKEN,
    TELNYX_FROM: '+15005550006',
    TELNYX_API_URL: `${apiUrl}/telnyx`,
    PLIVO_AUTH_ID: 'MA1',
    PLIVO_AUTH_TOKEN: TWILIO_TOKEN,
    PLIVO_FROM: '+15005550006',
    PLIVO_API_URL: `${apiUrl}/plivo`,
    INFOBIP_BASE_URL: `${apiUrl}/infobip`,
    INFOBIP_API_KEY: TWILIO_TOKEN,
    INFOBIP_FROM: 'Acme',
    SINCH_SERVICE_PLAN_ID: 'plan',
    SINCH_API_TOKEN: TWILIO_TOKEN,
    SINCH_REGION: 'eu',
    SINCH_FROM: 'Acme',
    SINCH_API_URL: `${apiUrl}/sinch`,
    HTTP_PROVIDER_URL: `${apiUrl}/own`,
    HTTP_PROVIDER_TOKEN: PROVIDER_TOKEN,
  });

  test('are each asked once, with a read, and their answer about the credentials is reported', async () => {
    const statuses: Record<string, number> = { vonage: 401, infobip: 403, sinch: 500 };
    await using api = await startScriptedProviderServer((response, { path }) => {
      response.writeHead(statuses[path.split('/')[1] ?? ''] ?? 200).end(`{"echo":"${TWILIO_TOKEN}"}`);
    });
    const { code, checks } = await doctor(twilioEnv(api.url), 'providers');

    expect(code).toBe(1);
    expect(checks).toMatchObject([
      { status: 'ok', finding: 'twilio accepts the auth token' },
      {
        status: 'failed',
        finding: 'vonage refuses the API secret (http_401)',
        advice: 'Correct VONAGE_API_KEY and VONAGE_API_SECRET.',
      },
      { status: 'ok', finding: 'telnyx accepts the API key' },
      { status: 'ok', finding: 'plivo accepts the auth token' },
      { status: 'warning', finding: 'infobip does not allow the API key to be checked (http_403)' },
      { status: 'warning', finding: 'sinch did not answer about the API token (http_500)' },
      { status: 'skipped', finding: expect.stringContaining('http not checked') },
    ]);
    expect(api.requests.map(({ method, body }) => method + body)).toEqual(Array(6).fill('GET'));
  });

  test('show whether this clock is wrong', async () => {
    await using api = await startScriptedProviderServer((response) =>
      response.writeHead(200, { date: new Date(Date.now() + 3_600_000).toUTCString() }).end('{}'),
    );
    const { code, checks } = await doctor({ ...twilioEnv(api.url), PROVIDERS: 'twilio' }, 'clock');

    expect(code).toBe(1);
    expect(checks).toMatchObject([
      {
        status: 'failed',
        finding: expect.stringMatching(/the clock of twilio is 3[56]\d\d s ahead of this machine's/),
      },
    ]);
  });
});

describe('the tenant', () => {
  let tenant: Auth0Management;
  let folder: string;

  beforeEach(async () => {
    tenant = await startAuth0Management();
    folder = await mkdtemp(join(tmpdir(), 'doctor-auth0-'));
    return async () => {
      await tenant[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    };
  });

  const env = (more: Record<string, string> = {}) => ({
    ...soundEnv(),
    GATEWAY_STATE_DIR: folder,
    ...tenant.env,
    ...more,
  });
  const connectTenant = async (...args: string[]) => {
    const { code } = await runGatewayCommand(['auth0', 'connect', '--yes', ...args], env());
    expect(code).toBe(0);
  };

  test('whose connection "auth0 connect" has pointed here passes', async () => {
    tenant.connections.push(twilioConnection('sms'));
    const before = await doctor(env(), 'tenant');
    await connectTenant();
    const writes = tenant.writes().length;
    const after = await doctor(env(), 'tenant,segments');

    expect(before.code).toBe(1);
    expect(before.checks).toMatchObject([
      {
        status: 'failed',
        finding: expect.stringContaining('gateway_url'),
        advice: expect.stringContaining('auth0 connect'),
      },
    ]);
    expect(after).toMatchObject({
      code: 0,
      checks: [
        { name: 'segments', status: 'ok', finding: 'the template of sms at Auth0: 1 segment, GSM-7' },
        { name: 'tenant', status: 'ok', finding: expect.stringContaining('sms points at') },
      ],
    });
    expect(tenant.writes()).toHaveLength(writes);
  });

  test('shows which step of a rotation is next', async () => {
    tenant.connections.push(twilioConnection('sms'));
    await connectTenant();
    const { checks } = await doctor(env({ AUTH0_SECRET: `${OTHER_SECRET},${SECRET}` }), 'secrets,tenant');

    expect(checks).toMatchObject([
      { name: 'secrets', status: 'warning', advice: expect.stringContaining('Next is step 2') },
      { name: 'tenant', status: 'warning', finding: 'sms still signs with the old secret' },
    ]);
  });

  test('is warned about a code that expires before its message, or that takes two segments', async () => {
    tenant.connections.push(
      twilioConnection('sms', {
        totp: { length: 6, time_step: 60 },
        template: `@@password@@ ${'ж'.repeat(80)}`,
      }),
    );
    await connectTenant();
    const { code, checks } = await doctor(env(), 'segments,tenant');

    expect(code).toBe(0);
    expect(checks).toMatchObject([
      { name: 'segments', status: 'warning', finding: expect.stringContaining('U+0436 ж') },
      { name: 'tenant', status: 'ok' },
      { name: 'tenant', status: 'warning', finding: expect.stringContaining('time_step') },
    ]);
  });

  test('whose Action "auth0 connect --action" has deployed passes until it is changed', async () => {
    await connectTenant('--action');
    const deployed = await doctor(env(), 'tenant');
    const [action] = tenant.actions;
    const [provider] = tenant.providers;
    if (action === undefined || provider === undefined) throw new Error('nothing was deployed');
    action.code += '// changed';
    const saved = await doctor(env(), 'tenant');
    action.deployed_code = action.code;
    const changed = await doctor(env(), 'tenant');
    delete action.deployed_code;
    provider.disabled = true;
    const broken = await doctor(env(), 'tenant');

    expect(deployed).toMatchObject({
      code: 0,
      checks: [
        { status: 'ok', finding: expect.stringContaining('runs this version of the Action "SMS gateway"') },
      ],
    });
    expect(saved).toMatchObject({
      code: 1,
      checks: [
        { status: 'failed', finding: expect.stringContaining('has undeployed changes') },
        { status: 'warning' },
      ],
    });
    expect(changed).toMatchObject({ code: 0, checks: [{ status: 'warning' }] });
    expect(broken.code).toBe(1);
    expect(broken.checks).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('disabled') },
      { status: 'failed', finding: expect.stringContaining('not deployed') },
      { status: 'warning' },
    ]);
  });

  test('names the scope that is missing', async () => {
    tenant.connections.push(twilioConnection('sms'));
    tenant.state.scopes = ALL_SCOPES.filter((scope) => scope !== 'read:connections_options');
    const { code, checks } = await doctor(env(), 'tenant');

    expect(code).toBe(1);
    expect(checks).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('read:connections_options') },
    ]);
  });

  test('with wrong credentials is a failure, with some missing it is skipped', async () => {
    const wrong = await doctor(env({ AUTH0_CLIENT_SECRET: 'wrong' }), 'tenant');
    const missing = await doctor(env({ AUTH0_CLIENT_SECRET: '' }), 'tenant');

    expect(wrong.checks).toMatchObject([
      { status: 'failed', advice: expect.stringContaining('AUTH0_CLIENT_SECRET') },
    ]);
    expect(missing).toMatchObject({
      code: 0,
      checks: [{ status: 'skipped', finding: expect.stringContaining('AUTH0_CLIENT_SECRET') }],
    });
  });
});

describe('the current state', () => {
  test('is reported from what the processes counted, with advice', async () => {
    await using failing = await startGateway({
      env: { HTTP_PROVIDER_URL: 'http://127.0.0.1:2/sms', MESSAGE_TTL: '60s' },
    });
    await failing.startWorker();
    await postSms(failing.ingress.url);
    await postSms(failing.ingress.url, { token: await auth0Token({ secret: OTHER_SECRET }) });
    const env = { ...soundEnv(), REDIS_URL: failing.redis.url };

    const findings = await until(async () => {
      const { code, checks } = await doctor(env, 'processes,traffic');
      expect(code).toBe(1);
      expect(checks).toHaveLength(3);
      return checks;
    });

    expect(findings).toMatchObject([
      {
        name: 'processes',
        status: 'ok',
        finding: expect.stringMatching(/^workers: 1, ingress processes: 1/),
      },
      { name: 'traffic', status: 'warning', finding: expect.stringContaining('signed with another secret') },
      {
        name: 'traffic',
        status: 'failed',
        finding: expect.stringMatching(/^every attempt at the HTTP provider fails, .*connect_refused/),
        advice: expect.stringContaining('network'),
      },
    ]);
  });
});

test('an unknown check is bad usage', async () => {
  const { code, stdout, stderr } = await runGatewayCommand(
    ['doctor', '--only', 'redis,nonsense'],
    soundEnv(),
  );

  expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
  expect(stderr).toContain('"nonsense"');
  expect(stderr).toContain('Usage: npm run gateway -- doctor');
});
