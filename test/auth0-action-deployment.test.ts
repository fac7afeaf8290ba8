import type { ServerResponse } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadAction } from '../packages/cli/src/tenant/run-action.ts';
import { phoneProviderEvent } from '../packages/cli/src/tenant/sample-events.ts';
import { setUpAuth0Tenant, theirs } from './support/auth0-tenant.ts';
import { ALL_SCOPES } from './support/auth0-management/start-auth0-management.ts';
import { freshNumber, freshText } from './support/auth0.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';

const FOLDER = fileURLToPath(new URL('../integrations/auth0-action/', import.meta.url));
const codeOf = (file: string) => readFile(join(FOLDER, file), 'utf8');

const at = setUpAuth0Tenant();
const { run, snapshots } = at;

describe('connect --action', () => {
  test('in a new tenant creates Action and provider, in the order that Auth0 requires, and sends a test message', async () => {
    const { code, stdout } = await run(['connect', '--action', '--yes', '--test', '+14155550123']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Deployed.') });

    const [action] = at.tenant.actions;
    const source = await codeOf('custom-phone-provider.js');
    expect(action).toMatchObject({
      supported_triggers: [{ id: 'custom-phone-provider', version: 'v1' }],
      code: source,
      deployed_code: source,
      runtime: 'node22',
      dependencies: [],
      secrets: expect.arrayContaining([
        { name: 'GATEWAY_URL', value: `${at.gateway.ingress.url}/v1/sms` },
        { name: 'GATEWAY_SECRET', value: SECRET },
        { name: 'GATEWAY_AUDIENCE', value: AUDIENCE },
      ]),
    });
    expect(at.tenant.providers).toMatchObject([
      { name: 'custom', disabled: false, configuration: { delivery_methods: ['text'] }, credentials: {} },
    ]);
    expect(at.tenant.tests).toEqual([{ to: '+14155550123', delivery_method: 'text' }]);
  });

  test('the deployed code, run as Auth0 does with the secrets that were set, reaches the gateway', async () => {
    await run(['connect', '--action', '--yes']);
    const secrets = Object.fromEntries(
      (at.tenant.actions[0]?.secrets ?? []).map(({ name, value }) => [name, value]),
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

  test('replaces the only Action of the trigger, saves its code to a file, and restores it', async () => {
    at.tenant.actions.push(theirs('custom-phone-provider'));
    at.tenant.providers.push({
      id: 'pro_1',
      name: 'twilio',
      disabled: true,
      configuration: {},
      credentials: {},
    });
    const shown = await run(['connect', '--action', '--dry-run']);
    expect(shown.stderr).toContain('replace the code of the Action "Their provider"');
    expect(shown.stderr).toContain('remove its other secrets: THEIR_KEY');
    expect(shown.stderr).toContain('make the phone provider (twilio, disabled, no method) "custom"');
    expect(at.tenant.writes()).toEqual([]);

    expect((await run(['connect', '--action', '--yes'])).code).toBe(0);
    expect(at.tenant.actions).toHaveLength(1);
    expect(at.tenant.actions[0]).toMatchObject({
      id: 'act_theirs',
      deployed_code: await codeOf('custom-phone-provider.js'),
    });
    expect(at.tenant.providers).toMatchObject([{ id: 'pro_1', name: 'custom', disabled: false }]);

    const [saved = ''] = await snapshots();
    expect((await stat(saved)).mode & 0o777).toBe(0o600);
    expect((await run(['restore', saved, '--yes'])).code).toBe(0);
    expect(at.tenant.actions[0]).toMatchObject({
      name: 'Their provider',
      deployed_code: theirs('custom-phone-provider').code,
      dependencies: [{ name: 'twilio', version: '5.0.0' }],
    });
  });

  test('a second run does not change the provider, and saves nothing, because everything is ours', async () => {
    await run(['connect', '--action', '--yes']);
    const before = at.tenant.writes().filter(({ path }) => path.startsWith('/branding')).length;
    const { code, stdout } = await run(['connect', '--action', '--yes']);
    expect({ code, saved: await snapshots() }).toEqual({ code: 0, saved: [] });
    expect(stdout).not.toContain('auth0 restore');
    expect(at.tenant.writes().filter(({ path }) => path.startsWith('/branding'))).toHaveLength(before);
    expect(at.tenant.actions).toHaveLength(1);
  });

  test('--json shows the steps, and changes nothing without --yes', async () => {
    const shown = await run(['connect', '--action', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ applied: false, trigger: 'custom-phone-provider' });
    expect(at.tenant.writes()).toEqual([]);
    const done = await run(['connect', '--action', '--json', '--yes']);
    expect(JSON.parse(done.stdout)).toMatchObject({ applied: true, end: 'deployed' });
  });

  test.each([
    ['read:actions', 'read:actions'],
    ['create:actions', 'create:actions'],
    ['read:phone_providers', 'read:phone_providers'],
    ['create:phone_providers', 'create:phone_providers'],
  ])('a missing scope %s is named', async (scope, told) => {
    at.tenant.state.scopes = ALL_SCOPES.filter((other) => other !== scope);
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({ code: 77, stderr: expect.stringContaining(told) });
  });

  test('after a failure it lists the finished steps, and a second run continues from there', async () => {
    at.tenant.state.scopes = ALL_SCOPES.filter((other) => other !== 'create:phone_providers');
    expect((await run(['connect', '--action', '--yes'])).stderr).toContain(
      'Done so far: the Action is saved at Auth0, the Action is deployed. Run this again',
    );
    at.tenant.state.scopes = ALL_SCOPES;
    expect((await run(['connect', '--action', '--yes'])).code).toBe(0);
    expect(at.tenant.providers).toHaveLength(1);
  });

  test('an Action that cannot be built is not deployed', async () => {
    at.tenant.state.intercept = ({ method }) => {
      if (method === 'GET') for (const action of at.tenant.actions) action.status = 'failed';
      return false;
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('The previous version still runs'),
    });
    expect(at.tenant.actions[0]?.deployed_code).toBeUndefined();
    expect(at.tenant.providers).toEqual([]);
  });

  test('a second Action, which Auth0 refuses, is explained', async () => {
    at.tenant.state.intercept = ({ method, path }, response) => {
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
      stderr: expect.stringContaining('that these credentials cannot see'),
    });
  });

  test('an Action that somebody else changes in between is not overwritten', async () => {
    at.tenant.actions.push(theirs('custom-phone-provider'));
    let reads = 0;
    at.tenant.state.intercept = ({ path }) => {
      if (path === '/actions/actions/act_theirs' && (reads += 1) === 2) {
        Object.assign(at.tenant.actions[0] ?? {}, {
          code: '// newer',
          updated_at: '2026-02-02T00:00:00.000Z',
        });
      }
      return false;
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('Somebody else has changed the Action'),
    });
    expect(at.tenant.actions[0]?.code).toBe('// newer');
  });

  test.each([
    ['deployed', 'exports.onExecuteCustomPhoneProvider = async () => {};'],
    ['not deployed', undefined],
  ])(
    'several Actions, as older tenants may still have, are for a person to sort out: %s',
    async (_, code) => {
      for (const [id, name] of Object.entries({ act_1: 'First', act_2: 'Second' })) {
        const { deployed_code: _deployed, ...rest } = theirs('custom-phone-provider', { id, name });
        at.tenant.actions.push(code === undefined ? rest : { ...rest, deployed_code: code });
      }
      const { code: exitCode, stderr } = await run(['connect', '--action', '--yes']);
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('First, Second') });
    },
  );

  test.each([
    ['disabled', { disabled: true, configuration: { delivery_methods: ['text'] } }],
    ['for voice as well', { disabled: false, configuration: { delivery_methods: ['text', 'voice'] } }],
  ])('a custom provider that is %s is corrected', async (_, rest) => {
    at.tenant.providers.push({ id: 'pro_1', name: 'custom', credentials: {}, ...rest });
    expect((await run(['connect', '--action', '--yes'])).code).toBe(0);
    expect(at.tenant.providers).toMatchObject([
      { id: 'pro_1', name: 'custom', disabled: false, configuration: { delivery_methods: ['text'] } },
    ]);
  });

  test('a code lifetime that was set by hand must be given again, because it would be lost', async () => {
    const secrets = [{ name: 'CODE_TTL_SECONDS', value: '300' }];
    at.tenant.actions.push(theirs('custom-phone-provider', { secrets }));
    const refused = await run(['connect', '--action', '--yes']);
    expect({ code: refused.code, writes: at.tenant.writes() }).toEqual({ code: 64, writes: [] });
    expect(refused.stderr).toMatch(/--code-ttl SECONDS.*totp\.time_step/s);

    expect((await run(['connect', '--action', '--code-ttl', '600', '--yes'])).code).toBe(0);
    expect(at.tenant.actions[0]?.deployed?.secrets).toContainEqual({
      name: 'CODE_TTL_SECONDS',
      value: '600',
    });
  });
});

const answer = (response: ServerResponse, status: number, body: object = {}): boolean => {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ statusCode: status, ...body }));
  return true;
};
const isDeploy = (path: string) => path.endsWith('/deploy');

describe('an unclear answer of Auth0', () => {
  test('it waits for a deployment that is accepted but not yet in effect', async () => {
    const events: string[] = [];
    at.tenant.state.intercept = ({ method, path }, response) => {
      const [action] = at.tenant.actions;
      if (isDeploy(path)) events.push('taken');
      else if (
        events[0] === 'taken' &&
        method === 'GET' &&
        action !== undefined &&
        events.push('look') === 5
      ) {
        const { code, runtime, dependencies, secrets } = action;
        Object.assign(action, { deployed_code: code, is_changed: false });
        action.deployed = { number: 1, runtime, dependencies, secrets };
      }
      return isDeploy(path) && answer(response, 202);
    };
    expect((await run(['connect', '--action', '--yes'])).code).toBe(0);
    expect(events.slice(0, 5)).toEqual(['taken', 'look', 'look', 'look', 'look']);
    expect(at.tenant.providers).toHaveLength(1);
  });

  test('a deployment that does not take effect is a failure', async () => {
    at.tenant.actions.push(theirs('custom-phone-provider', { deployed_code: 'an earlier one' }));
    let looks = 0;
    let isTaken = false;
    at.tenant.state.intercept = ({ method, path }, response) => {
      isTaken ||= isDeploy(path);
      // The Action is gone before the time is over.
      if (isTaken && method === 'GET' && (looks += 1) > 2) return answer(response, 404);
      return isDeploy(path) && answer(response, 202);
    };
    const { code, stdout, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Done so far: the Action is saved at Auth0. ');
    expect(at.tenant.providers).toEqual([]);
  });

  test('an Action that was created despite an error is not reported as unchanged', async () => {
    at.tenant.state.intercept = ({ method, path }, response) => {
      if (method !== 'POST' || path !== '/actions/actions') return false;
      at.tenant.actions.push(theirs('custom-phone-provider', { name: 'SMS gateway' }));
      return answer(response, 500);
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({ code: 69, stderr: expect.stringContaining('done nevertheless') });
    expect(stderr).not.toContain('Nothing was changed');
  });

  test.each<[string, string[], string]>([
    ['and can be read', [], 'does not show that the Action is saved'],
    ['and cannot be read', ['GET'], 'not known whether'],
  ])('a change without an answer %s may be in effect', async (_, unreadable, told) => {
    at.tenant.actions.push(theirs('custom-phone-provider'));
    let isChanged = false;
    at.tenant.state.intercept = ({ method }, response) => {
      if (isChanged && unreadable.includes(method)) return answer(response, 404);
      isChanged ||= method === 'PATCH';
      return method === 'PATCH' && Boolean(response.socket?.destroy());
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    // A read that fails because the Action is missing proves nothing.
    expect({ code, stderr }).toEqual({ code: 69, stderr: expect.stringContaining(told) });
    expect(stderr).toMatch(/not known whether|may still take effect/);
    expect(stderr).not.toContain('Nothing was changed');
  });

  test('a provider that somebody creates in between is named, and not changed', async () => {
    at.tenant.state.intercept = ({ method, path }, response) => {
      if (method !== 'POST' || path !== '/branding/phone/providers') return false;
      const configuration = { delivery_methods: ['text'], sid: 'AC0' };
      at.tenant.providers.push({
        id: 'pro_2',
        name: 'twilio',
        disabled: false,
        configuration,
        credentials: {},
      });
      return answer(response, 409);
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('the phone provider (now twilio, text)'),
    });
    expect(at.tenant.providers).toMatchObject([{ name: 'twilio' }]);
  });

  test('a conflict with an unlisted provider does not suggest a retry', async () => {
    at.tenant.state.intercept = ({ method, path }, response) =>
      method === 'POST' && path === '/branding/phone/providers' && answer(response, 409);
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('Auth0 lists no phone provider'),
    });
  });

  test('a provider that is changed while the Action is deployed is not overwritten', async () => {
    at.tenant.providers.push({
      id: 'pro_1',
      name: 'custom',
      disabled: true,
      configuration: {},
      credentials: {},
    });
    at.tenant.state.intercept = ({ path }) => {
      if (isDeploy(path)) Object.assign(at.tenant.providers[0] ?? {}, { name: 'twilio' });
      return false;
    };
    const { code, stderr } = await run(['connect', '--action', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('Somebody else has changed the phone provider'),
    });
    expect(stderr).toContain('Done so far: the Action is saved at Auth0, the Action is deployed.');
    expect(at.tenant.providers).toMatchObject([{ name: 'twilio', disabled: true }]);
  });
});

describe('--test', () => {
  test('accepts a number as people write it', async () => {
    expect((await run(['connect', '--action', '--yes', '--test', '+1 (415) 555-0123'])).code).toBe(0);
    expect(at.tenant.tests).toEqual([{ to: '+14155550123', delivery_method: 'text' }]);
  });

  test('that fails still shows what is deployed and where the rest was saved', async () => {
    at.tenant.actions.push(theirs('custom-phone-provider'));
    at.tenant.state.intercept = ({ path }, response) =>
      path.endsWith('/try') && answer(response, 400, { message: 'not now' });
    const { code, stdout } = await run(['connect', '--action', '--json', '--yes', '--test', '+14155550123']);
    expect({ code, report: JSON.parse(stdout) }).toEqual({
      code: 1,
      report: expect.objectContaining({
        applied: true,
        tested: false,
        savedTo: (await snapshots())[0],
        reason: expect.stringContaining('not now'),
      }),
    });
    const { stderr } = await run(['connect', '--action', '--yes', '--test', '+14155550123']);
    expect(stderr).toMatch(/Deployed\..*only the test message failed/s);
  });
});

test.each([
  ['of a scope', ['--action'], {}, 77, 'read:actions'],
  ['of the credentials', [], { AUTH0_CLIENT_SECRET: '' }, 78, 'No credentials'],
  ['of wrong arguments', ['--mfa'], {}, 64, 'require --action'],
  ['of a secret that is not accepted', ['--action'], { AUTH0_SECRET: 'x'.repeat(32) }, 1, 'does not accept'],
])('--json has the reason %s', async (title, args, env, code, reason) => {
  if (title === 'of a scope') at.tenant.state.scopes = [];
  const result = await run(['connect', '--json', '--yes', ...args], env);
  expect({ code: result.code, report: JSON.parse(result.stdout) }).toEqual({
    code,
    report: expect.objectContaining({ applied: false, reason: expect.stringContaining(reason) }),
  });
});

describe('connect --action --mfa', () => {
  test('deploys the second file and binds it to its trigger', async () => {
    expect((await run(['connect', '--action', '--mfa', '--yes'])).code).toBe(0);
    expect(at.tenant.actions).toMatchObject([
      {
        supported_triggers: [{ id: 'send-phone-message', version: 'v2' }],
        deployed_code: await codeOf('send-phone-message.js'),
      },
    ]);
    expect(at.tenant.bindings.get('send-phone-message')).toEqual(['act_1']);
    expect(at.tenant.providers).toEqual([]);
  });

  test('keeps other Actions but unbinds them from the trigger, because each would send the code again', async () => {
    at.tenant.actions.push(theirs('send-phone-message'));
    at.tenant.bindings.set('send-phone-message', ['act_theirs']);
    expect((await run(['connect', '--action', '--mfa', '--dry-run'])).stderr).toContain(
      'unbind "Their provider" from the trigger',
    );
    expect((await run(['connect', '--action', '--mfa', '--yes'])).code).toBe(0);
    expect(at.tenant.actions[0]).toEqual(theirs('send-phone-message'));
    expect(at.tenant.bindings.get('send-phone-message')).toEqual(['act_2']);
  });

  test('does not overwrite a binding that somebody else changes in between', async () => {
    at.tenant.actions.push(theirs('send-phone-message'));
    at.tenant.state.intercept = ({ path }) => {
      if (isDeploy(path)) at.tenant.bindings.set('send-phone-message', ['act_theirs']);
      return false;
    };
    const { code, stderr } = await run(['connect', '--action', '--mfa', '--yes']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('what runs at the trigger send-phone-message (now "Their provider")'),
    });
    expect(at.tenant.bindings.get('send-phone-message')).toEqual(['act_theirs']);
  });
});

test.each([
  [['connect', '--mfa'], '--mfa, --test and --code-ttl require --action'],
  [['connect', '--action', '--connection', 'sms'], 'only one of them'],
  [['connect', '--action', '--mfa', '--test', '+1'], 'no test message for MFA'],
  [['connect', '--action', '--test', '4155550123'], 'with its country code'],
  [['connect', '--code-ttl', '60'], '--code-ttl require --action'],
  [['connect', '--action', '--mfa', '--code-ttl', '60'], '--code-ttl cannot be combined with --mfa'],
  [['connect', '--action', '--code-ttl', '86401'], '1 to 86400'],
  [['rotate-secret', '--action', '--code-ttl', '0'], '1 to 86400'],
  [['rotate-secret', '--code-ttl', '60'], '--code-ttl requires --action'],
  [['connect', '--acton'], "Unknown option '--acton'"],
  [['connekt'], 'no subcommand "connekt"'],
  [['restore'], 'The file is missing'],
  [['rotate-secret', '--grace', '5'], 'durations with a unit'],
])('%j is bad usage', async (args, expected) => {
  const { code, stderr } = await run(args);
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(expected) });
});
