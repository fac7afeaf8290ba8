import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyToConnection, twilioConnection } from './support/auth0-management/connections.ts';
import {
  ALL_SCOPES,
  CLIENT_SECRET,
  startAuth0Management,
} from './support/auth0-management/start-auth0-management.ts';
import type { StoredConnection } from './support/auth0-management/stored-tenant.ts';
import { auth0Token, postSms } from './support/auth0.ts';
import { setUpAuth0Tenant } from './support/auth0-tenant.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';

const at = setUpAuth0Tenant();
const { run, snapshots } = at;

const gatewayOptions = () => ({
  provider: 'sms_gateway',
  gateway_url: `${at.gateway.ingress.url}/v1/sms`,
  gateway_authentication: {
    method: 'bearer',
    audience: AUDIENCE,
    secret: SECRET,
    secret_base64_encoded: false,
  },
  forward_req_info: true,
});

/** The connection as it should be afterwards: everything kept, but for Twilio's credentials. */
function connected(name = 'sms') {
  const { twilio_sid: _sid, twilio_token: _token, ...kept } = twilioConnection(name).options;
  return { ...kept, ...gatewayOptions() };
}

describe('connect', () => {
  test('points the only SMS connection at the gateway, keeps the rest, and says how to undo it', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const { code, stdout, stderr } = await run(['connect', '--yes']);

    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('sms is changed.') });
    expect(at.tenant.connections[0]).toEqual({
      ...twilioConnection('sms'),
      display_name: 'sms, shown',
      options: connected(),
    });
    expect(stderr).toContain('- twilio_token: (secret)');
    expect(stderr).toContain('+ provider: "sms_gateway"');
    expect(stderr).toContain('+ gateway_authentication.secret: (secret)');
    expect(stderr).not.toContain('template');

    const [saved = ''] = await snapshots();
    expect(stdout).toContain(`auth0 restore ${saved}`);
    expect((await stat(saved)).mode & 0o777).toBe(0o600);
    expect((await stat(join(at.folder, 'auth0'))).mode & 0o777).toBe(0o700);
    expect(JSON.parse(await readFile(saved, 'utf8'))).toMatchObject({
      options: twilioConnection('sms').options,
    });
  });

  test('the gateway accepts tokens signed with the new settings', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    await run(['connect', '--yes']);
    const options = at.tenant.connections[0]?.options as ReturnType<typeof gatewayOptions> | undefined;
    const { secret = '', audience = '' } = options?.gateway_authentication ?? {};
    const url = new URL(options?.gateway_url ?? '');
    const token = await auth0Token({ secret, claims: { aud: audience } });
    expect((await postSms(url.origin, { path: url.pathname, token })).status).toBe(200);
  });

  test('a dry run shows the change and makes none', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const { code, stdout, stderr } = await run(['connect', '--dry-run']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Nothing was changed: this was a dry run.\n' });
    expect(stderr).toContain('gateway_url');
    expect(at.tenant.writes()).toEqual([]);
    expect(await snapshots()).toEqual([]);
  });

  test('changes nothing without a terminal and without --yes', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const { code, stderr } = await run(['connect']);
    expect(code).toBe(64);
    expect(stderr).toContain('--yes');
    expect(at.tenant.writes()).toEqual([]);
  });

  test('writes nothing if the connection already points here, and says so', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    await run(['connect', '--yes']);
    const before = at.tenant.writes().length;
    const { code, stdout } = await run(['connect', '--yes']);
    expect({ code, writes: at.tenant.writes().length }).toEqual({ code: 0, writes: before });
    expect(stdout).toContain('already points here');
  });

  test('--json is one object, and changes nothing without --yes', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const shown = await run(['connect', '--json']);
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      connection: { id: 'con_sms', name: 'sms' },
      applied: false,
      changes: expect.arrayContaining([{ field: 'twilio_token', from: '(secret)' }]),
    });
    expect(at.tenant.writes()).toEqual([]);

    const applied = await run(['connect', '--json', '--yes']);
    expect(JSON.parse(applied.stdout)).toMatchObject({
      applied: true,
      savedTo: (await snapshots())[0],
      gateway: 'believed',
    });
    expect(at.tenant.connections[0]?.options).toEqual(connected());
  });

  test('accepts a token instead of client id and secret, and both also from files', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const none = { AUTH0_CLIENT_ID: '', AUTH0_CLIENT_SECRET: '' };
    expect((await run(['connect', '--dry-run'], { ...none, AUTH0_API_TOKEN: at.tenant.token })).code).toBe(0);
    const file = join(at.folder, 'secret');
    await writeFile(file, `${CLIENT_SECRET}\n`);
    expect(
      (await run(['connect', '--dry-run'], { AUTH0_CLIENT_SECRET: '', AUTH0_CLIENT_SECRET_FILE: file })).code,
    ).toBe(0);
  });

  test.each([
    ['no tenant', { AUTH0_DOMAIN: '' }, 'AUTH0_DOMAIN'],
    ['a tenant that is no host name', { AUTH0_DOMAIN: 'https://a/b?c' }, 'AUTH0_DOMAIN must be a host name'],
    ['no credentials', { AUTH0_CLIENT_SECRET: '' }, 'AUTH0_API_TOKEN'],
    ['a secret and its file', { AUTH0_CLIENT_SECRET_FILE: '/nowhere' }, 'are both set'],
    [
      'a secret file that is not there',
      { AUTH0_CLIENT_SECRET: '', AUTH0_CLIENT_SECRET_FILE: '/nowhere' },
      'cannot be read',
    ],
    ['no address', { PUBLIC_URL: '' }, 'PUBLIC_URL'],
    ['an address that shows codes to everybody', { PUBLIC_URL: 'http://sms.example.com' }, 'https://'],
    ['no audience', { AUTH0_AUDIENCE: '' }, 'AUTH0_AUDIENCE'],
  ])('with %s it says what to set', async (_title, env, expected) => {
    at.tenant.connections.push(twilioConnection('sms'));
    const { code, stderr } = await run(['connect', '--yes'], env);
    expect({ code, stderr }).toEqual({ code: 78, stderr: expect.stringContaining(expected) });
    expect(at.tenant.writes()).toEqual([]);
  });

  test.each(['--token=x', '--client-secret', '--secret=y', '--api-token'])(
    'does not take %s, which would stay in the history',
    async (argument) => {
      const { code, stderr } = await run(['connect', argument]);
      expect(code).toBe(64);
      expect(stderr).toContain("shell's history");
    },
  );
});

describe('which connection', () => {
  test('of several must be named, by name or id', async () => {
    at.tenant.connections.push(twilioConnection('first'), twilioConnection('second'));
    const unnamed = await run(['connect', '--yes']);
    expect(unnamed).toMatchObject({ code: 64, stderr: expect.stringContaining('first, second') });
    expect((await run(['connect', '--yes', '--connection', 'third'])).stderr).toContain(
      'no SMS connection third',
    );

    expect((await run(['connect', '--yes', '--connection', 'second'])).code).toBe(0);
    expect((await run(['connect', '--yes', '--connection', 'con_first'])).code).toBe(0);
    expect(at.tenant.connections.map(({ options }) => options['provider'])).toEqual([
      'sms_gateway',
      'sms_gateway',
    ]);
  });

  test('is found on any page of the list', async () => {
    at.tenant.state.pageSize = 2;
    for (let number = 1; number <= 5; number += 1)
      at.tenant.connections.push(twilioConnection(`sms-${number}`));
    expect((await run(['connect', '--yes', '--connection', 'sms-5'])).code).toBe(0);
    expect(at.tenant.connections[4]?.options['provider']).toBe('sms_gateway');
    expect(at.tenant.calls.filter(({ path }) => path === '/connections').length).toBeGreaterThan(2);
  });

  test('must have the strategy sms; a tenant without any is pointed to --action', async () => {
    at.tenant.connections.push({ ...twilioConnection('email'), strategy: 'email' });
    const { code, stderr } = await run(['connect', '--yes']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('--action') });
  });
});

describe('what Auth0 may refuse', () => {
  test.each([
    ['read:connections', 'read:connections'],
    ['update:connections', 'update:connections'],
    ['update:connections_options', 'update:connections_options'],
  ])('a missing scope %s is named', async (scope, told) => {
    at.tenant.connections.push(twilioConnection('sms'));
    at.tenant.state.scopes = ALL_SCOPES.filter((other) => other !== scope);
    const { code, stderr } = await run(['connect', '--yes']);
    expect(code).toBe(77);
    expect(stderr).toContain(told);
    expect(at.tenant.connections[0]).toEqual(twilioConnection('sms'));
  });

  test('options that cannot be read are not overwritten', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    at.tenant.state.scopes = ALL_SCOPES.filter((scope) => scope !== 'read:connections_options');
    const { code, stderr } = await run(['connect', '--yes']);
    expect(code).toBe(77);
    expect(stderr).toContain('read:connections_options');
    expect(at.tenant.writes()).toEqual([]);
  });

  test('wrong credentials are reported as such', async () => {
    const wrong = await run(['connect', '--yes'], { AUTH0_CLIENT_SECRET: 'wrong-one' });
    expect(wrong).toMatchObject({
      code: 77,
      stderr: expect.stringContaining('does not accept the credentials (401)'),
    });
    expect(wrong.stderr).not.toContain('wrong-one');
    const expired = await run(['connect', '--yes'], { AUTH0_API_TOKEN: 'expired-token' });
    expect(expired).toMatchObject({ code: 77, stderr: expect.stringContaining('has expired') });
    expect(expired.stderr).not.toContain('expired-token');
  });

  test('a read at the rate limit is retried when Auth0 says', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    let refusals = 0;
    at.tenant.state.intercept = ({ path }, response) => {
      if (path !== '/connections' || refusals > 0) return false;
      refusals += 1;
      response
        .writeHead(429, {
          'content-type': 'application/json',
          'x-ratelimit-limit': '10',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1),
        })
        .end(
          '{"statusCode":429,"error":"Too Many Requests","message":"Global limit has been reached","errorCode":"too_many_requests"}',
        );
      return true;
    };
    expect((await run(['connect', '--yes'])).code).toBe(0);
    expect(refusals).toBe(1);
  });

  test('a write at the rate limit is not retried, and the message says when to try again', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    at.tenant.state.intercept = ({ method }, response) => {
      if (method !== 'PATCH') return false;
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': '17' })
        .end('{"statusCode":429}');
      return true;
    };
    const { code, stderr } = await run(['connect', '--yes']);
    expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('Try again in 17 s') });
    expect(stderr).toContain('sms is unchanged');
    expect(at.tenant.writes()).toHaveLength(1);
  });

  test('a message that repeats the secret is shown without it', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    at.tenant.state.intercept = ({ method }, response) => {
      if (method !== 'PATCH') return false;
      const message = `"${SECRET}" does not match the pattern`;
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ statusCode: 400, message }));
      return true;
    };
    const { code, stderr } = await run(['connect', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('"(secret)" does not match the pattern'),
    });
  });

  test('a missing answer is reported as such', async () => {
    const { code, stderr } = await run(['connect', '--yes'], { AUTH0_DOMAIN: 'localhost:2' });
    expect({ code, stderr }).toEqual({ code: 69, stderr: expect.stringContaining('ECONNREFUSED') });
  });
});

describe('a change in between', () => {
  test('by somebody else between read and write is not overwritten', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    let reads = 0;
    at.tenant.state.intercept = ({ path }) => {
      if (path === '/connections/con_sms' && (reads += 1) === 2) {
        Object.assign(at.tenant.connections[0]?.options ?? {}, { template: 'Theirs: @@password@@' });
      }
      return false;
    };
    const { code, stderr } = await run(['connect', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('Somebody else has changed sms');
    expect(stderr).toContain('Theirs: @@password@@');
    expect(at.tenant.writes()).toEqual([]);
  });

  test('of the name by somebody else is not overwritten', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    let reads = 0;
    at.tenant.state.intercept = ({ path }) => {
      if (path === '/connections/con_sms' && (reads += 1) === 2) {
        Object.assign(at.tenant.connections[0] ?? {}, { display_name: 'Theirs' });
      }
      return false;
    };
    const { code, stderr } = await run(['connect', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('Somebody else has changed sms');
    expect(at.tenant.writes()).toEqual([]);
  });

  test('a write that is answered 500 but is in effect is not a failure', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    at.tenant.state.intercept = ({ method, body }, response) => {
      if (method !== 'PATCH' || at.tenant.connections[0] === undefined) return false;
      applyToConnection(at.tenant.connections[0], body);
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"statusCode":500}');
      return true;
    };
    const { code, stdout } = await run(['connect', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toContain('in effect nevertheless');
    expect(at.tenant.connections[0]?.options).toEqual(connected());
  });

  test('a write that breaks off and is not in effect is reported as unchanged', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    at.tenant.state.intercept = ({ method }, response) =>
      method === 'PATCH' && Boolean(response.socket?.destroy());
    const { code, stderr } = await run(['connect', '--yes']);
    expect(code).toBe(69);
    expect(stderr).toContain('sms is unchanged');
    expect(at.tenant.writes()).toHaveLength(1);
  });

  test('a write that is partly in effect is reported field by field, with how to undo it', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    at.tenant.state.intercept = ({ method, body }, response) => {
      const [connection] = at.tenant.connections;
      if (method !== 'PATCH' || connection === undefined) return false;
      const { gateway_authentication: _lost, ...half } = body['options'] as Record<string, unknown>;
      applyToConnection(connection, { ...body, options: half });
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"statusCode":500}');
      return true;
    };
    const { code, stderr } = await run(['connect', '--yes']);
    const [saved = ''] = await snapshots();
    expect(code).toBe(1);
    expect(stderr).toContain('Only a part of it is in effect');
    expect(stderr).toContain('+ gateway_authentication.secret: (secret)');
    expect(stderr).toContain(`auth0 restore ${saved}`);

    at.tenant.state.intercept = undefined;
    expect((await run(['restore', saved, '--yes'])).code).toBe(0);
    expect(at.tenant.connections[0]).toEqual(twilioConnection('sms'));
  });
});

describe('if the permission to read the options is lost', () => {
  const revokeAtRead = (number: number) => {
    let reads = 0;
    at.tenant.state.intercept = ({ method, path }) => {
      if (method === 'GET' && path === '/connections/con_sms' && (reads += 1) === number) {
        at.tenant.state.scopes = ALL_SCOPES.filter((scope) => scope !== 'read:connections_options');
      }
      return false;
    };
  };

  test('before the write, nothing is written', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    revokeAtRead(2);
    const { code, stderr } = await run(['connect', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 77,
      stderr: expect.stringContaining('read:connections_options'),
    });
    expect(at.tenant.writes()).toEqual([]);
  });

  test('after it, the result is unknown', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    revokeAtRead(3);
    const { code, stderr } = await run(['connect', '--yes']);
    expect({ code, stderr }).toEqual({ code: 77, stderr: expect.stringContaining('is not known') });
    expect(at.tenant.writes()).toHaveLength(1);
  });
});

describe('before Auth0 gets a secret', () => {
  test('the gateway must accept it', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const other = 'a-secret-that-the-gateway-does-not-have-yet';
    const { code, stderr } = await run(['connect', '--yes'], { AUTH0_SECRET: other });
    expect(code).toBe(1);
    expect(stderr).toContain('does not accept a token signed with this secret');
    expect(at.tenant.writes()).toEqual([]);

    expect((await run(['connect', '--yes', '--skip-check'], { AUTH0_SECRET: other })).code).toBe(0);
  });

  test.each([
    ['a port where nothing listens', 'http://127.0.0.1:2', 'ECONNREFUSED'],
    ['another server', undefined, 'is not this gateway'],
  ])('%s is not a gateway', async (_title, url, expected) => {
    at.tenant.connections.push(twilioConnection('sms'));
    const { code, stderr } = await run(['connect', '--yes'], { PUBLIC_URL: url ?? at.gateway.provider.url });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(expected) });
    expect(at.tenant.writes()).toEqual([]);
  });

  test('a connection that the gateway does not have is detected', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const url = `${at.gateway.ingress.url}/v1/connections/acme/sms`;
    const { code, stderr } = await run(['connect', '--yes', '--gateway-url', url]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('has no such connection (404)'),
    });
  });

  test('a new one can be generated, into a file that nobody else can read and that is not overwritten', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const file = join(at.folder, 'new-secret');
    const { code, stderr } = await run(['connect', '--generate-secret', file, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain(`AUTH0_SECRET_FILE=${file}`);
    const secret = (await readFile(file, 'utf8')).trim();
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(stderr).not.toContain(secret);
    expect(at.tenant.writes()).toEqual([]);

    expect((await run(['connect', '--generate-secret', file, '--yes'])).code).toBe(1);
    expect((await readFile(file, 'utf8')).trim()).toBe(secret);
  });
});

describe('a generated secret', () => {
  test('is not written by a dry run', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    const file = join(at.folder, 'new-secret');
    const shown = ['connect', '--generate-secret', file];
    expect((await run([...shown, '--dry-run'])).code).toBe(0);
    expect((await run([...shown, '--json'])).code).toBe(0);
    expect(await readdir(at.folder)).toEqual([]);

    await writeFile(file, 'theirs');
    expect(await run([...shown, '--dry-run'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('never overwritten'),
    });
  });

  test.each([
    ['acme', false],
    ['default', true],
  ])(
    'goes to Auth0 though the YAML file has one for %s, as the gateway will read it',
    async (name, isBase64) => {
      at.tenant.connections.push(twilioConnection('sms'));
      const [file, config] = [join(at.folder, 'new-secret'), join(at.folder, 'gateway.yaml')];
      const connection = { secrets: SECRET, audience: AUDIENCE, secretsBase64: isBase64 };
      await writeFile(config, JSON.stringify({ connections: { [name]: connection } }));
      const { code } = await run(
        ['connect', '--yes', '--skip-check', '--gateway-connection', name, '--generate-secret', file],
        { GATEWAY_CONFIG: config, AUTH0_SECRET: '' },
      );
      expect(code).toBe(0);
      expect(at.tenant.connections[0]?.options['gateway_authentication']).toMatchObject({
        secret: (await readFile(file, 'utf8')).trim(),
        secret_base64_encoded: isBase64,
      });
    },
  );
});

describe('restore', () => {
  test('restores everything, Twilio’s credentials included, and saves the present options', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    await run(['connect', '--yes']);
    const [saved = ''] = await snapshots();
    expect((await run(['restore', saved, '--dry-run'])).stdout).toContain('dry run');
    expect(at.tenant.connections[0]?.options).toEqual(connected());

    expect((await run(['restore', saved, '--yes'])).code).toBe(0);
    expect(at.tenant.connections[0]).toEqual(twilioConnection('sms'));
    expect(await snapshots()).toHaveLength(2);
    expect((await run(['restore', saved, '--yes'])).stdout).toContain('is as it was saved');
  });

  test.each<[string, (connection: StoredConnection) => void]>([
    ['the shown name', (connection) => Object.assign(connection, { display_name: 'Another' })],
    ['a field that is to go', ({ options }) => Object.assign(options, { added_since: true })],
  ])('that Auth0 refuses is not reported as done, if it only changes %s', async (_title, change) => {
    at.tenant.connections.push(twilioConnection('sms'));
    await run(['connect', '--yes']);
    const [saved = ''] = await snapshots();
    at.tenant.connections.splice(0, 1, twilioConnection('sms'));
    for (const connection of at.tenant.connections) change(connection);
    const changed = structuredClone(at.tenant.connections);
    at.tenant.state.intercept = ({ method }, response) => {
      if (method !== 'PATCH') return false;
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': '17' })
        .end('{"statusCode":429}');
      return true;
    };
    const { code, stderr } = await run(['restore', saved, '--yes']);
    expect({ code, stderr }).toEqual({ code: 75, stderr: expect.stringContaining('sms is unchanged') });

    at.tenant.state.intercept = undefined;
    expect(at.tenant.connections).toEqual(changed);
    expect((await run(['restore', saved, '--yes'])).code).toBe(0);
    expect(at.tenant.connections).toEqual([twilioConnection('sms')]);
  });

  test('that does not change the display name is reported as incomplete', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    await run(['connect', '--yes']);
    const [saved = ''] = await snapshots();
    Object.assign(at.tenant.connections[0] ?? {}, { display_name: 'Another' });
    at.tenant.state.intercept = ({ method, body }) => {
      if (method === 'PATCH') body['display_name'] = 'Another';
      return false;
    };
    const { code, stderr } = await run(['restore', saved, '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('+ display_name: "sms, shown"'),
    });
  });

  test('into another tenant is refused', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    await run(['connect', '--yes']);
    const [saved = ''] = await snapshots();
    await using other = await startAuth0Management();
    other.connections.push(twilioConnection('sms'));
    const { code, stderr } = await run(['restore', saved, '--yes'], other.env);
    expect({ code, stderr }).toEqual({ code: 65, stderr: expect.stringContaining('was saved from') });
    expect(other.writes()).toEqual([]);
  });

  test.each([
    ['another name', { name: 'other' }, 65, 'con_sms is now other'],
    ['another strategy', { strategy: 'email' }, 1, 'is not an SMS connection'],
  ])('into what is now a connection of %s is refused', async (_title, change, code, expected) => {
    at.tenant.connections.push(twilioConnection('sms'));
    await run(['connect', '--yes']);
    const [saved = ''] = await snapshots();
    Object.assign(at.tenant.connections[0] ?? {}, change);
    const before = at.tenant.writes().length;
    expect(await run(['restore', saved, '--yes'])).toMatchObject({
      code,
      stderr: expect.stringContaining(expected),
    });
    expect(at.tenant.writes()).toHaveLength(before);
  });

  test('sends no credentials to a tenant that only the file names', async () => {
    at.tenant.connections.push(twilioConnection('sms'));
    await run(['connect', '--yes']);
    const [saved = ''] = await snapshots();
    const before = at.tenant.calls.length;
    const { code, stderr } = await run(['restore', saved, '--yes'], { AUTH0_DOMAIN: '' });
    expect({ code, stderr }).toEqual({ code: 78, stderr: expect.stringContaining('AUTH0_DOMAIN') });
    expect(at.tenant.calls).toHaveLength(before);
  });

  test.each([
    ['a file that is not there', undefined, 'cannot be read (ENOENT)'],
    ['a file that is not JSON', 'x', 'not JSON'],
    ['another file', '{"options":{}}', 'not a file of "auth0 connect"'],
  ])('refuses %s', async (_title, content, expected) => {
    const file = join(at.folder, 'file.json');
    if (content !== undefined) await writeFile(file, content);
    const { code, stderr } = await run(['restore', file]);
    expect({ code, stderr }).toEqual({ code: 65, stderr: expect.stringContaining(expected) });
  });
});
