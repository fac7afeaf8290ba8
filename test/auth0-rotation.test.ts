import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Auth0Management, startAuth0Management, twilioConnection } from './support/auth0-management.ts';
import { auth0Token, freshNumber, postSms } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { runGatewayCommand } from './support/gateway-command.ts';
import { AUDIENCE, type GatewayProcess } from './support/processes.ts';

let gateway: Gateway;
let tenant: Auth0Management;
let folder: string;
let file: string;
let ingress: GatewayProcess;
let old: string;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
});

beforeEach(async () => {
  tenant = await startAuth0Management();
  folder = await mkdtemp(join(tmpdir(), 'auth0-rotation-'));
  file = join(folder, 'secret');
  old = randomBytes(32).toString('base64url');
  await writeFile(file, `${old}\n`, { mode: 0o640 });
  ingress = await gateway.startIngress({ AUTH0_SECRET: '', AUTH0_SECRET_FILE: file });
  tenant.connections.push(twilioConnection('sms'));
  return async () => {
    ingress.child.kill('SIGKILL');
    await tenant[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

const run = (args: string[], env: Record<string, string> = {}) =>
  runGatewayCommand(['auth0', ...args], {
    AUTH0_SECRET_FILE: file,
    AUTH0_AUDIENCE: AUDIENCE,
    PUBLIC_URL: ingress.url,
    GATEWAY_STATE_DIR: folder,
    ...tenant.env,
    ...env,
  });

const secrets = async () => (await readFile(file, 'utf8')).trim().split(',');
const secretAtAuth0 = () =>
  (tenant.connections[0]?.options['gateway_authentication'] as { secret: string } | undefined)?.secret;

async function statusWith(secret: string): Promise<number> {
  const token = await auth0Token({ secret, claims: { jti: randomBytes(4).toString('hex') } });
  return (await postSms(ingress.url, { token, body: { recipient: freshNumber() } })).status;
}

test('a rotation loses no message: at every moment what Auth0 signs with is believed', async () => {
  await run(['connect', '--yes']);
  expect(secretAtAuth0()).toBe(old);

  const statuses: number[] = [];
  const over = new AbortController();
  const messages = (async () => {
    while (!over.signal.aborted) statuses.push(await statusWith(secretAtAuth0() ?? ''));
  })();
  const { code, stdout, stderr } = await run(['rotate-secret', '--yes', '--grace', '1s']);
  over.abort();
  await messages;

  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'Rotated: the gateway believes the new secret alone.\n',
  });
  const [fresh = ''] = await secrets();
  expect(await secrets()).toHaveLength(1);
  expect(fresh).not.toBe(old);
  expect(Buffer.from(fresh, 'base64url')).toHaveLength(32);
  expect(secretAtAuth0()).toBe(fresh);
  expect(await statusWith(fresh)).toBe(200);
  expect(await statusWith(old)).toBe(401);
  expect(new Set(statuses)).toEqual(new Set([200]));
  // Who could read it before can read it now, and nobody else.
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  expect(stdout + stderr).not.toContain(fresh);
  expect(stdout + stderr).not.toContain(old);
});

test('one that stopped before Auth0 was changed goes on with the secret that it had made', async () => {
  await run(['connect', '--yes']);
  tenant.state.intercept = ({ method }, response) =>
    method === 'PATCH' && Boolean(response.socket?.destroy());
  const stopped = await run(['rotate-secret', '--yes', '--grace', '1s']);
  expect(stopped.code).not.toBe(0);
  const [fresh] = await secrets();
  expect(await secrets()).toEqual([fresh, old]);
  expect(secretAtAuth0()).toBe(old);
  expect(await statusWith(old)).toBe(200);

  tenant.state.intercept = undefined;
  expect((await run(['rotate-secret', '--yes', '--grace', '1s'])).code).toBe(0);
  expect(await secrets()).toEqual([fresh]);
  expect(secretAtAuth0()).toBe(fresh);
});

test('--keep-old leaves the old one for another tenant, and running it again retires it', async () => {
  await run(['connect', '--yes']);
  expect((await run(['rotate-secret', '--yes', '--keep-old'])).code).toBe(0);
  const [fresh = ''] = await secrets();
  expect(await secrets()).toEqual([fresh, old]);
  expect([await statusWith(fresh), await statusWith(old)]).toEqual([200, 200]);

  expect((await run(['rotate-secret', '--yes', '--grace', '1s'])).code).toBe(0);
  expect(await secrets()).toEqual([fresh]);
});

test('a gateway that does not get the new secret keeps Auth0 on the old one', async () => {
  await run(['connect', '--yes']);
  const elsewhere = join(folder, 'copy');
  await writeFile(elsewhere, old);
  const { code, stderr } = await run(['rotate-secret', '--yes', '--wait', '1s'], {
    AUTH0_SECRET_FILE: elsewhere,
  });
  expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('nothing is lost') });
  expect(secretAtAuth0()).toBe(old);
});

/** A load balancer that gives each connection to the next of these. */
async function startBalancer(urls: string[]) {
  let next = 0;
  const server = createServer((socket) => {
    const upstream = connect(Number(new URL(urls[next++ % urls.length] ?? '').port), '127.0.0.1');
    pipeline(socket, upstream, socket, () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  };
}

test('one process that has not followed, of several behind an address, keeps Auth0 on the old one', async () => {
  await run(['connect', '--yes']);
  const elsewhere = join(folder, 'copy');
  await writeFile(elsewhere, old);
  const late = await gateway.startIngress({ AUTH0_SECRET: '', AUTH0_SECRET_FILE: elsewhere });
  using balancer = await startBalancer([ingress.url, late.url]);
  try {
    const rotation = ['rotate-secret', '--yes', '--grace', '1s', '--wait'];
    const env = { PUBLIC_URL: balancer.url };
    const tooEarly = await run([...rotation, '1s'], env);
    expect({ code: tooEarly.code, atAuth0: secretAtAuth0() }).toEqual({ code: 75, atAuth0: old });

    await copyFile(file, elsewhere);
    expect((await run([...rotation, '30s'], env)).code).toBe(0);
    expect(secretAtAuth0()).toBe((await secrets())[0]);
  } finally {
    late.child.kill('SIGKILL');
  }
});

test('without a file it says what to set, and goes on once it is set', async () => {
  await run(['connect', '--yes']);
  const bySetting = { AUTH0_SECRET_FILE: '' };
  const first = await run(['rotate-secret', '--yes'], { ...bySetting, AUTH0_SECRET: old });
  expect({ code: first.code, stderr: first.stderr }).toEqual({
    code: 75,
    stderr: expect.stringContaining('AUTH0_SECRET=NEW,OLD'),
  });

  const fresh = randomBytes(32).toString('base64url');
  await writeFile(file, `${fresh},${old}`);
  const second = await run(['rotate-secret', '--yes'], { ...bySetting, AUTH0_SECRET: `${fresh},${old}` });
  expect({ code: second.code, stdout: second.stdout }).toEqual({
    code: 0,
    stdout: expect.stringContaining('Step 3'),
  });
  expect(secretAtAuth0()).toBe(fresh);
  expect(await secrets()).toEqual([fresh, old]);
});

test('of a new tenant’s Action goes the same way', async () => {
  await run(['connect', '--action', '--yes']);
  const secretOfAction = () =>
    tenant.actions[0]?.secrets.find(({ name }) => name === 'GATEWAY_SECRET')?.value;
  expect(secretOfAction()).toBe(old);
  expect((await run(['rotate-secret', '--action', '--yes', '--grace', '1s'])).code).toBe(0);
  expect(await secrets()).toEqual([secretOfAction()]);
  expect(secretOfAction()).not.toBe(old);
});

test('a dry run changes nothing, neither here nor there', async () => {
  await run(['connect', '--yes']);
  const before = tenant.writes().length;
  expect((await run(['rotate-secret', '--dry-run'])).code).toBe(0);
  expect(await secrets()).toEqual([old]);
  expect(tenant.writes()).toHaveLength(before);
});
