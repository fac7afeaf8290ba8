import { readFile, stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { setUpAuth0Tenant, theirs } from './support/auth0-tenant.ts';

const at = setUpAuth0Tenant();
const { run, snapshots } = at;

const TWILIO = { sid: 'AC0', default_from: '+15005550006', delivery_methods: ['text', 'voice'] };

describe('a phone provider that sent messages', () => {
  const connectOverTwilio = async () => {
    at.tenant.providers.push({
      id: 'pro_1',
      name: 'twilio',
      disabled: false,
      configuration: TWILIO,
      credentials: {},
    });
    const { stdout } = await run(['connect', '--action', '--yes']);
    const [file = ''] = await snapshots();
    expect(stdout).toContain(`auth0 restore ${file}`);
    return file;
  };

  test('is saved even without an Action, and restored except for its credentials', async () => {
    const file = await connectOverTwilio();
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const { code, stdout } = await run(['restore', file, '--yes']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /credentials of the phone provider twilio cannot be restored.*Branding > Phone Provider/,
      ),
    });
    expect(at.tenant.providers).toMatchObject([
      { id: 'pro_1', name: 'twilio', disabled: false, configuration: TWILIO },
    ]);
    // What was there in between is saved as well.
    const [, between = ''] = await snapshots();
    expect(JSON.parse(await readFile(between, 'utf8'))).toMatchObject({ provider: { name: 'custom' } });
    expect((await run(['restore', file, '--yes'])).stdout).toContain('is as it was saved');
  });

  test('that Auth0 refuses without its credentials leaves everything unchanged', async () => {
    at.tenant.actions.push(theirs('custom-phone-provider'));
    const file = await connectOverTwilio();
    const ours = at.tenant.actions[0]?.deployed_code;
    at.tenant.state.intercept = ({ method, path }, response) => {
      if (method !== 'PATCH' || !path.startsWith('/branding')) return false;
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end('{"statusCode":400,"message":"credentials required"}');
      return true;
    };
    const { code, stderr } = await run(['restore', file, '--yes']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('credentials required') });
    expect(stderr).toContain(JSON.stringify(TWILIO));
    expect(at.tenant.providers).toMatchObject([{ name: 'custom' }]);
    expect(at.tenant.actions[0]?.deployed_code).toBe(ours);
  });

  test('that is gone is not created again without its credentials', async () => {
    const file = await connectOverTwilio();
    at.tenant.providers.pop();
    const before = at.tenant.writes().length;
    const { code, stdout } = await run(['restore', file, '--yes']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('The phone provider is gone'),
    });
    expect(at.tenant.writes()).toHaveLength(before);
  });
});

describe('an Action', () => {
  test('whose draft was never deployed gets its deployed code back', async () => {
    const ran = theirs('custom-phone-provider').code;
    at.tenant.actions.push(theirs('custom-phone-provider', { code: '// draft' }));
    expect((await run(['connect', '--action', '--dry-run'])).stderr).toContain(
      'replace the undeployed draft of the Action "Their provider"',
    );
    await run(['connect', '--action', '--yes']);
    const [file = ''] = await snapshots();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      action: { draft: { code: '// draft' } },
    });
    const { code, stdout } = await run(['restore', file, '--yes']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('it had THEIR_KEY') });
    expect(at.tenant.actions[0]).toMatchObject({ code: ran, deployed_code: ran });
  });

  test('that is restored but not deployed is deployed by the next run', async () => {
    at.tenant.actions.push(theirs('custom-phone-provider'));
    await run(['connect', '--action', '--yes']);
    const [file = ''] = await snapshots();
    at.tenant.state.intercept = ({ path }, response) =>
      path.endsWith('/deploy') && Boolean(response.socket?.destroy());
    expect((await run(['restore', file, '--yes'])).code).toBe(69);
    expect(at.tenant.actions[0]?.deployed_code).not.toBe(theirs('custom-phone-provider').code);

    at.tenant.state.intercept = undefined;
    expect((await run(['restore', file, '--yes'])).stdout).toContain('Restored.');
    expect(at.tenant.actions[0]).toMatchObject({
      deployed_code: theirs('custom-phone-provider').code,
      deployed: { runtime: 'node18', dependencies: [{ name: 'twilio', version: '5.0.0' }] },
    });
  });
});

test('unbound Actions are named, saved and bound again, in their order', async () => {
  const trigger = 'send-phone-message';
  for (const [id, name] of Object.entries({ act_b: 'Second', act_a: 'First' }))
    at.tenant.actions.push(theirs(trigger, { id, name }));
  at.tenant.bindings.set(trigger, ['act_a', 'act_b']);
  expect((await run(['connect', '--action', '--mfa', '--yes'])).stderr).toContain(
    'unbind "First", "Second" from the trigger',
  );
  expect(at.tenant.bindings.get(trigger)).toEqual(['act_3']);

  const [file = ''] = await snapshots();
  expect((await run(['restore', file, '--yes'])).code).toBe(0);
  expect(at.tenant.bindings.get(trigger)).toEqual(['act_a', 'act_b']);
});
