import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadAction } from '../packages/cli/src/auth0/run-action.ts';
import { phoneProviderEvent } from '../packages/cli/src/auth0/sample-events.ts';
import {
  ALL_SCOPES,
  type Auth0Management,
  CLIENT_SECRET,
  startAuth0Management,
  type StoredAction,
} from './support/auth0-management.ts';
import { freshNumber, freshText } from './support/auth0.ts';
import { type Gateway, startGateway } from './support/gateway.ts';
import { runGatewayCommand } from './support/gateway-command.ts';
import { AUDIENCE, SECRET } from './support/processes.ts';

const FOLDER = fileURLToPath(new URL('../integrations/auth0-action/', import.meta.url));
const codeOf = (file: string) => readFile(join(FOLDER, file), 'utf8');

let gateway: Gateway;
let tenant: Auth0Management;
let folder: string;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
});

beforeEach(async () => {
  tenant = await startAuth0Management();
  folder = await mkdtemp(join(tmpdir(), 'auth0-action-'));
  return async () => {
    await tenant[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
});

async function run(args: string[], env: Record<string, string> = {}) {
  const result = await runGatewayCommand(['auth0', ...args], {
    AUTH0_SECRET: SECRET,
    AUTH0_AUDIENCE: AUDIENCE,
    PUBLIC_URL: gateway.ingress.url,
    GATEWAY_STATE_DIR: folder,
    ...tenant.env,
    ...env,
  });
  for (const secret of [SECRET, CLIENT_SECRET, tenant.token])
    expect(result.stdout + result.stderr).not.toContain(secret);
  return result;
}

const snapshots = async () =>
  (await readdir(join(folder, 'auth0')).catch(() => [])).map((name) => join(folder, 'auth0', name));

const theirs = (trigger: string, rest: Partial<StoredAction> = {}): StoredAction => ({
  id: 'act_theirs',
  name: 'Their provider',
  supported_triggers: [{ id: trigger, version: trigger === 'send-phone-message' ? 'v2' : 'v1' }],
  code: 'exports.onExecuteCustomPhoneProvider = async () => {};',
  runtime: 'node18',
  dependencies: [{ name: 'twilio', version: '5.0.0' }],
  secrets: [{ name: 'THEIR_KEY', value: 'x' }],
  status: 'built',
  updated_at: '2026-01-01T00:00:00.000Z',
  deployed_code: 'exports.onExecuteCustomPhoneProvider = async () => {};',
  ...rest,
});

describe('connect --action', () => {
  test('in a new tenant makes Action and provider, in the order that Auth0 demands, and has it tested', async () => {
    const { code, stdout } = await run(['connect', '--action', '--yes', '--test', '+14155550123']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Deployed.') });

    const [action] = tenant.actions;
    const source = await codeOf('custom-phone-provider.js');
    expect(action).toMatchObject({
      supported_triggers: [{ id: 'custom-phone-provider', version: 'v1' }],
      code: source,
      deployed_code: source,
      runtime: 'node22',
      dependencies: [],
      secrets: expect.arrayContaining([
        { name: 'GATEWAY_URL', value: `${gateway.ingress.url}/v1/sms` },
        { name: 'GATEWAY_SECRET', value: SECRET },
        { name: 'GATEWAY_AUDIENCE', value: AUDIENCE },
      ]),
    });
    expect(tenant.providers).toMatchObject([
      { name: 'custom', disabled: false, configuration: { delivery_methods: ['text'] }, credentials: {} },
    ]);
    expect(tenant.tests).toEqual([{ to: '+14155550123', delivery_method: 'text' }]);
  });

  test('what it deploys, run as Auth0 runs it with the secrets that were set, reaches the gateway', async () => {
    await run(['connect', '--action', '--yes']);
    const secrets = Object.fromEntries(
      (tenant.actions[0]?.secrets ?? []).map(({ name, value }) => [name, value]),
    );
    const text = freshText();
    const event = phoneProviderEvent({ recipient: freshNumber(), text, code: text.slice(-6), secrets });
    const action = await loadAction(join(FOLDER, 'custom-phone-provider.js'));
    const { end, answers } = await action.run({ handler: 'onExecuteCustomPhoneProvider', event });
    expect({ end, statuses: answers.map(({ status }) => status) }).toEqual({
      end: { kind: 'returned' },
      statuses: [200],
    });
  });

  test('replaces the one Action that a tenant may have, keeps its code in a file, and puts it back', async () => {
    tenant.actions.push(theirs('custom-phone-provider'));
    tenant.providers.push({
      id: 'pro_1',
      name: 'twilio',
      disabled: true,
      configuration: {},
      credentials: {},
    });
    const shown = await run(['connect', '--action', '--dry-run']);
    expect(shown.stderr).toContain('replace the code of the Action "Their provider"');
    expect(shown.stderr).toContain('drop its other secrets: THEIR_KEY');
    expect(shown.stderr).toContain('make the phone provider (twilio, disabled, no method) "custom"');
    expect(tenant.writes()).toEqual([]);

    expect((await run(['connect', '--action', '--yes'])).code).toBe(0);
    expect(tenant.actions).toHaveLength(1);
    expect(tenant.actions[0]).toMatchObject({
      id: 'act_theirs',
      deployed_code: await codeOf('custom-phone-provider.js'),
    });
    expect(tenant.providers).toMatchObject([{ id: 'pro_1', name: 'custom', disabled: false }]);

    const [saved = ''] = await snapshots();
    expect((await stat(saved)).mode & 0o777).toBe(0o600);
    expect((await run(['restore', saved, '--yes'])).code).toBe(0);
    expect(tenant.actions[0]).toMatchObject({
      name: 'Their provider',
      deployed_code: theirs('custom-phone-provider').code,
      dependencies: [{ name: 'twilio', version: '5.0.0' }],
    });
  });

  test('run again it leaves the provider alone', async () => {
    await run(['connect', '--action', '--yes']);
    const before = tenant.writes().filter(({ path }) => path.startsWith('/branding')).length;
    expect((await run(['connect', '--action', '--yes'])).code).toBe(0);
    expect(tenant.writes().filter(({ path }) => path.startsWith('/branding'))).toHaveLength(before);
    expect(tenant.actions).toHaveLength(1);
  });

  test('--json tells the steps, and changes nothing without --yes', async () => {
    const shown = await run(['connect', '--action', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ applied: false, trigger: 'custom-phone-provider' });
    expect(tenant.writes()).toEqual([]);
    const done = await run(['connect', '--action', '--json', '--yes']);
    expect(JSON.parse(done.stdout)).toMatchObject({ applied: true, end: 'deployed' });
  });

  test.each([
    ['read:actions', 'read:actions'],
    ['create:actions', 'create:actions'],
    ['read:phone_providers', 'read:phone_providers'],
    ['create:phone_providers', 'create:phone_providers'],
  ])('a missing scope %s is told by name', async (scope, told) => {
    tenant.state.scopes = ALL_SCOPES.filter((other) => other !== scope);
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({ code: 77, stderr: expect.stringContaining(told) });
  });

  test('what is done before a failure is told, and running it again goes on from there', async () => {
    tenant.state.scopes = ALL_SCOPES.filter((other) => other !== 'create:phone_providers');
    expect((await run(['connect', '--action', '--yes'])).stderr).toContain(
      'Done before: the Action is saved at Auth0, the Action is deployed. Run this again',
    );
    tenant.state.scopes = ALL_SCOPES;
    expect((await run(['connect', '--action', '--yes'])).code).toBe(0);
    expect(tenant.providers).toHaveLength(1);
  });

  test('an Action that cannot be built is not deployed', async () => {
    tenant.state.intercept = ({ method }) => {
      if (method === 'GET') for (const action of tenant.actions) action.status = 'failed';
      return false;
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('could not build the Action'),
    });
    expect(tenant.actions[0]?.deployed_code).toBeUndefined();
    expect(tenant.providers).toEqual([]);
  });

  test('a second Action, which Auth0 refuses, is explained', async () => {
    tenant.state.intercept = ({ method, path }, response) => {
      if (method !== 'POST' || path !== '/actions/actions') return false;
      response
        .writeHead(403, { 'content-type': 'application/json' })
        .end(
          '{"statusCode":403,"message":"Not allowed","errorCode":"actions_cardinality_custom_phone_provider_not_allowed"}',
        );
      return true;
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('cannot be seen with these credentials'),
    });
  });

  test('an Action that somebody else changes meanwhile is not overwritten', async () => {
    tenant.actions.push(theirs('custom-phone-provider'));
    let reads = 0;
    tenant.state.intercept = ({ path }) => {
      if (path === '/actions/actions/act_theirs' && (reads += 1) === 2) {
        Object.assign(tenant.actions[0] ?? {}, { code: '// newer', updated_at: '2026-02-02T00:00:00.000Z' });
      }
      return false;
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('changed by somebody else'),
    });
    expect(tenant.actions[0]?.code).toBe('// newer');
  });

  test('several deployed Actions, as older tenants may still have, are for a person to sort out', async () => {
    tenant.actions.push(
      theirs('custom-phone-provider'),
      theirs('custom-phone-provider', { id: 'act_2', name: 'Second' }),
    );
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('Their provider, Second') });
  });
});

describe('connect --action --mfa', () => {
  test('deploys the second file and binds it to its trigger', async () => {
    expect((await run(['connect', '--action', '--mfa', '--yes'])).code).toBe(0);
    expect(tenant.actions).toMatchObject([
      {
        supported_triggers: [{ id: 'send-phone-message', version: 'v2' }],
        deployed_code: await codeOf('send-phone-message.js'),
      },
    ]);
    expect(tenant.bindings.get('send-phone-message')).toEqual(['act_1']);
    expect(tenant.providers).toEqual([]);
  });

  test('leaves other Actions of the trigger as they are, but takes them off it: each would send the code again', async () => {
    tenant.actions.push(theirs('send-phone-message'));
    tenant.bindings.set('send-phone-message', ['act_theirs']);
    expect((await run(['connect', '--action', '--mfa', '--dry-run'])).stderr).toContain(
      'take 1 other Action(s) off',
    );
    expect((await run(['connect', '--action', '--mfa', '--yes'])).code).toBe(0);
    expect(tenant.actions[0]).toEqual(theirs('send-phone-message'));
    expect(tenant.bindings.get('send-phone-message')).toEqual(['act_2']);
  });
});

test.each([
  [['connect', '--mfa'], '--mfa and --test go with --action'],
  [['connect', '--action', '--connection', 'sms'], 'give one of them'],
  [['connect', '--action', '--mfa', '--test', '+1'], 'no test message for MFA'],
  [['connect', '--acton'], "Unknown option '--acton'"],
  [['connekt'], 'no subcommand "connekt"'],
  [['restore'], 'The file is missing'],
  [['rotate-secret', '--grace', '5'], 'durations with their unit'],
])('%j is bad usage', async (args, expected) => {
  const { code, stderr } = await run(args);
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(expected) });
});
