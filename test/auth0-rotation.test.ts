import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { setUpAuth0Tenant, theirs } from './support/auth0-tenant.ts';
import { twilioConnection } from './support/auth0-management/connections.ts';
import { ALL_SCOPES } from './support/auth0-management/start-auth0-management.ts';
import type { StoredAction } from './support/auth0-management/stored-tenant.ts';
import { auth0Token, freshNumber, postSms } from './support/auth0.ts';
import { runGatewayCommand } from './support/gateway-command.ts';
import { AUDIENCE } from './support/base-env.ts';
import { type LocalService } from './support/services.ts';

const at = setUpAuth0Tenant();
let file: string;
let ingress: LocalService;
let old: string;

beforeEach(async () => {
  file = join(at.folder, 'secret');
  old = randomBytes(32).toString('base64url');
  await writeFile(file, `${old}\n`, { mode: 0o640 });
  ingress = await at.gateway.startIngress({ AUTH0_SECRET: '', AUTH0_SECRET_FILE: file });
  at.tenant.connections.push(twilioConnection('sms'));
  return () => ingress.stop();
});

const run = (args: string[], env: Record<string, string> = {}) =>
  runGatewayCommand(['auth0', ...args], {
    AUTH0_SECRET_FILE: file,
    AUTH0_AUDIENCE: AUDIENCE,
    PUBLIC_URL: ingress.url,
    GATEWAY_STATE_DIR: at.folder,
    ...at.tenant.env,
    ...env,
  });

const secrets = async () => (await readFile(file, 'utf8')).trim().split(',');
const secretAtAuth0 = () =>
  (at.tenant.connections[0]?.options['gateway_authentication'] as { secret: string } | undefined)?.secret;

async function statusWith(secret: string): Promise<number> {
  const token = await auth0Token({ secret, claims: { jti: randomBytes(4).toString('hex') } });
  return (await postSms(ingress.url, { token, body: { recipient: freshNumber() } })).status;
}

test('a rotation loses no message: at every moment the gateway accepts what Auth0 signs with', async () => {
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
    stdout: 'Rotated: the gateway accepts only the new secret.\n',
  });
  const [fresh = ''] = await secrets();
  expect(await secrets()).toHaveLength(1);
  expect(fresh).not.toBe(old);
  expect(Buffer.from(fresh, 'base64url')).toHaveLength(32);
  expect(secretAtAuth0()).toBe(fresh);
  expect(await statusWith(fresh)).toBe(200);
  expect(await statusWith(old)).toBe(401);
  expect(new Set(statuses)).toEqual(new Set([200]));
  // The same users as before can read it.
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  expect(stdout + stderr).not.toContain(fresh);
  expect(stdout + stderr).not.toContain(old);
});

test('one that stopped before Auth0 was changed continues with its generated secret', async () => {
  await run(['connect', '--yes']);
  at.tenant.state.intercept = ({ method }, response) =>
    method === 'PATCH' && Boolean(response.socket?.destroy());
  const stopped = await run(['rotate-secret', '--yes', '--grace', '1s']);
  expect(stopped.code).not.toBe(0);
  const [fresh] = await secrets();
  expect(await secrets()).toEqual([fresh, old]);
  expect(secretAtAuth0()).toBe(old);
  expect(await statusWith(old)).toBe(200);

  at.tenant.state.intercept = undefined;
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
  const elsewhere = join(at.folder, 'copy');
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

test('one of several processes behind a URL that has not followed keeps Auth0 on the old one', async () => {
  await run(['connect', '--yes']);
  const elsewhere = join(at.folder, 'copy');
  await writeFile(elsewhere, old);
  const late = await at.gateway.startIngress({ AUTH0_SECRET: '', AUTH0_SECRET_FILE: elsewhere });
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
    await late.stop();
  }
});

test('without a file it says what to set, and continues once it is set', async () => {
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

describe('the Actions of a tenant', () => {
  const signing = (id: string, trigger: string, rest: Partial<StoredAction> = {}): StoredAction => ({
    ...theirs(trigger, { id, name: id, code: `// ${id}`, deployed_code: `// ${id}` }),
    secrets: ['GATEWAY_URL', 'GATEWAY_SECRET', 'GATEWAY_AUDIENCE'].map((name) => ({ name, value: old })),
    ...rest,
  });
  const runsWith = () =>
    at.tenant.actions.map(
      ({ deployed }) => deployed?.secrets.find(({ name }) => name === 'GATEWAY_SECRET')?.value,
    );
  const rotate = (...more: string[]) => run(['rotate-secret', '--yes', '--grace', '0s', ...more]);
  const legacy = () => at.tenant.connections.splice(0);

  beforeEach(() => {
    at.tenant.actions.push(
      signing('phone', 'custom-phone-provider'),
      signing('mfa', 'send-phone-message'),
      signing('verified', 'post-login'),
      theirs('post-login', { id: 'other' }),
    );
  });

  test('all get only the new secret before the old one is removed, for any trigger', async () => {
    legacy();
    const provider = { id: 'pro_1', name: 'twilio', disabled: false, configuration: {}, credentials: {} };
    at.tenant.providers.push({ ...provider });
    at.tenant.bindings.set('send-phone-message', ['somebody']);
    const { code, stderr } = await rotate('--action');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/"phone" .*"mfa" .*"verified" /s),
    });
    const [fresh] = await secrets();
    expect(await secrets()).toHaveLength(1);
    expect(runsWith()).toEqual([fresh, fresh, fresh, undefined]);
    expect(at.tenant.actions.map((action) => action.deployed_code)).toEqual([
      '// phone',
      '// mfa',
      '// verified',
      theirs('post-login').code,
    ]);
    expect(at.tenant.providers).toEqual([provider]);
    expect(at.tenant.bindings.get('send-phone-message')).toEqual(['somebody']);
  });

  test('keep the old secret valid while the SMS connection is rotated, until they have the new one', async () => {
    await run(['connect', '--yes']);
    const { code, stderr } = await rotate();
    expect({ code, stderr }).toEqual({
      code: 75,
      stderr: expect.stringMatching(/"phone", "mfa", "verified".*with --action/),
    });
    const [fresh = ''] = await secrets();
    expect(await secrets()).toEqual([fresh, old]);
    expect([secretAtAuth0(), await statusWith(old)]).toEqual([fresh, 200]);

    expect((await rotate('--action')).code).toBe(0);
    expect(await secrets()).toEqual([fresh]);
    expect(runsWith()).toEqual([fresh, fresh, fresh, undefined]);
  });

  test('do not take the old secret from an SMS connection that has it', async () => {
    await run(['connect', '--yes']);
    const { code, stderr } = await rotate('--action');
    expect({ code, stderr }).toEqual({
      code: 75,
      stderr: expect.stringContaining('auth0 connect --connection sms'),
    });
    expect(await secrets()).toHaveLength(2);

    expect((await run(['connect', '--connection', 'sms', '--yes'])).code).toBe(0);
    expect((await rotate('--action')).code).toBe(0);
    expect(await secrets()).toEqual([secretAtAuth0()]);
  });

  test.each([
    ['read:connections_options', ['--action']],
    ['read:connections', ['--action']],
    ['read:actions', []],
  ])('without the scope %s the old secret stays, because its users are unknown', async (scope, args) => {
    await run(['connect', '--yes']);
    at.tenant.state.scopes = ALL_SCOPES.filter((other) => other !== scope);
    const { code, stderr } = await rotate(...args);
    expect({ code, stderr }).toEqual({ code: 77, stderr: expect.stringContaining(scope) });
    expect(stderr).toContain('still accepts the old secret');
    expect((await secrets())[1]).toBe(old);
  });

  test.each<[string, Partial<StoredAction>]>([
    [
      'secrets of its own (THEIR_KEY)',
      { secrets: ['GATEWAY_SECRET', 'THEIR_KEY'].map((name) => ({ name, value: 'x' })) },
    ],
    ['a draft that was not deployed', { code: '// draft' }],
  ])('with %s are not changed, and the others continue with --keep-old', async (_, rest) => {
    legacy();
    Object.assign(at.tenant.actions[2] ?? {}, rest);
    const refused = await rotate('--action');
    expect({ code: refused.code, writes: at.tenant.writes() }).toEqual({ code: 1, writes: [] });
    expect(refused.stderr).toMatch(/"verified".*--keep-old/s);

    expect((await rotate('--action', '--keep-old')).code).toBe(0);
    const [fresh] = await secrets();
    expect(await secrets()).toEqual([fresh, old]);
    expect(runsWith()).toEqual([fresh, fresh, undefined, undefined]);
    expect(at.tenant.actions[2]).toMatchObject(rest);
  });

  test('with a code lifetime need it again', async () => {
    legacy();
    at.tenant.actions[0]?.secrets.push({ name: 'CODE_TTL_SECONDS', value: '300' });
    const refused = await rotate('--action');
    expect({ code: refused.code, writes: at.tenant.writes() }).toEqual({ code: 64, writes: [] });
    expect(refused.stderr).toContain('--code-ttl SECONDS');

    expect((await rotate('--action', '--code-ttl', '300')).code).toBe(0);
    const ttls = at.tenant.actions.map(({ deployed }) =>
      deployed?.secrets.filter(({ name }) => name === 'CODE_TTL_SECONDS').map(({ value }) => value),
    );
    expect(ttls).toEqual([['300'], [], [], undefined]);
  });

  test('whose deployment is not seen in effect keep the old secret', async () => {
    legacy();
    let looks = 0;
    let isTaken = false;
    at.tenant.state.intercept = ({ method, path }, response) => {
      const isDeploy = path === '/actions/actions/mfa/deploy';
      isTaken ||= isDeploy;
      const status = isDeploy ? 202 : isTaken && method === 'GET' && (looks += 1) > 2 ? 404 : undefined;
      if (status === undefined) return false;
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      return true;
    };
    const { code, stderr } = await rotate('--action');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('nothing is lost') });
    expect(stderr).toContain(
      'the Action "phone" runs with it, the Action "mfa" has the new secret. Run this again',
    );
    expect((await secrets())[1]).toBe(old);

    at.tenant.state.intercept = undefined;
    expect((await rotate('--action')).code).toBe(0);
    expect(runsWith()).toEqual([...(await secrets()), ...(await secrets()), ...(await secrets()), undefined]);
  });

  test('that are not deployed stay undeployed', async () => {
    legacy();
    const { deployed_code: _deployed, ...draft } = signing('mfa', 'send-phone-message');
    at.tenant.actions.splice(1, 1, draft);
    expect((await rotate('--action')).code).toBe(0);
    expect(runsWith()[1]).toBeUndefined();
    expect(at.tenant.actions[1]?.secrets).toContainEqual({
      name: 'GATEWAY_SECRET',
      value: (await secrets())[0],
    });
  });
});

test('a dry run changes nothing, neither here nor at Auth0', async () => {
  await run(['connect', '--yes']);
  const before = at.tenant.writes().length;
  expect((await run(['rotate-secret', '--dry-run'])).code).toBe(0);
  expect(await secrets()).toEqual([old]);
  expect(at.tenant.writes()).toHaveLength(before);
});

describe('a file of other secrets is not changed', () => {
  test('where it is the file of another of the gateway’s connections', async () => {
    const config = join(at.folder, 'gateway.yaml');
    const acme = randomBytes(32).toString('base64url');
    await writeFile(config, `connections:\n  acme:\n    secrets: ${acme}\n    audience: ${AUDIENCE}\n`);
    const { code, stderr } = await run(['rotate-secret', '--yes', '--gateway-connection', 'acme'], {
      GATEWAY_CONFIG: config,
    });
    expect({ code, stderr }).toEqual({
      code: 78,
      stderr: expect.stringContaining(`${file} does not contain`),
    });
    expect(await secrets()).toEqual([old]);
    expect(at.tenant.writes()).toEqual([]);
  });

  test('where it has a secret that the gateway’s settings do not have', async () => {
    const elsewhere = join(at.folder, 'elsewhere');
    await writeFile(elsewhere, `${randomBytes(32).toString('base64url')},${old}`);
    const before = await readFile(elsewhere, 'utf8');
    const { code } = await run(['rotate-secret', '--yes', '--secret-file', elsewhere]);
    expect({ code, now: await readFile(elsewhere, 'utf8') }).toEqual({ code: 78, now: before });
  });
});

describe('what happens during the grace period', () => {
  /** The first look at all connections finds the one to change, the second and third who has the old secret. */
  const atTheLastLook = (act: () => void | Promise<void>) => {
    let looks = 0;
    at.tenant.state.intercept = async ({ path }) => {
      if (path === '/connections' && (looks += 1) === 3) await act();
      return false;
    };
  };

  test('keeps the old secret if Auth0 signs with it again', async () => {
    await run(['connect', '--yes']);
    const before = structuredClone(at.tenant.connections[0]);
    atTheLastLook(() => void Object.assign(at.tenant.connections[0] ?? {}, before));
    const { code, stderr } = await run(['rotate-secret', '--yes', '--grace', '0s']);
    expect({ code, stderr }).toEqual({
      code: 75,
      stderr: expect.stringContaining('auth0 connect --connection sms'),
    });
    expect(secretAtAuth0()).toBe(old);
    expect((await secrets())[1]).toBe(old);
  });

  test('keeps every secret if the new one is no longer the first', async () => {
    await run(['connect', '--yes']);
    const another = randomBytes(32).toString('base64url');
    atTheLastLook(async () => writeFile(file, [another, ...(await secrets())].join()));
    const { code, stderr } = await run(['rotate-secret', '--yes', '--grace', '0s']);
    expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('Somebody has changed') });
    expect(await secrets()).toEqual([another, secretAtAuth0(), old]);
  });
});
