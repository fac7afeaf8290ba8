import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { twilioConnection } from './support/auth0-management/connections.ts';
import { CLIENT_SECRET } from './support/auth0-management/start-auth0-management.ts';
import { setUpAuth0Tenant } from './support/auth0-tenant.ts';
import { AUDIENCE, SECRET } from './support/base-env.ts';
import { refusingUrl } from './support/scripted-provider-server.ts';
import { type Dialog, hasTerminal, KEYS, runInTerminal } from './support/terminal.ts';

// Without the command `script` there is no terminal to run in.
describe.skipIf(!hasTerminal)('auth0 connect, in a terminal', () => {
  const at = setUpAuth0Tenant();

  beforeEach(() => {
    at.tenant.connections.push(twilioConnection('first'), twilioConnection('second'));
  });

  async function connect(
    dialog: Dialog,
    { withoutSecret = false, more = {} }: { withoutSecret?: boolean; more?: Record<string, string> } = {},
  ) {
    const { AUTH0_CLIENT_SECRET: secret, ...tenantEnv } = at.tenant.env;
    const env = {
      AUTH0_SECRET: SECRET,
      AUTH0_AUDIENCE: AUDIENCE,
      PUBLIC_URL: at.gateway.ingress.url,
      GATEWAY_STATE_DIR: at.folder,
      ...tenantEnv,
      ...(!withoutSecret && { AUTH0_CLIENT_SECRET: secret }),
      ...more,
    };
    const run = await runInTerminal(['auth0', 'connect'], env, dialog);
    expect(run.unasked).toEqual([]);
    for (const hidden of [SECRET, CLIENT_SECRET]) expect(run.screen).not.toContain(hidden);
    return run;
  }

  const providers = () => at.tenant.connections.map(({ options }) => options?.['provider']);
  const untouched = [undefined, undefined];

  test('asks which of several, shows the change, and makes it when told to', async () => {
    const { code, screen } = await connect([
      ['Which SMS connection?', KEYS.down + KEYS.enter],
      ['+ provider: "sms_gateway"', ''],
      ['Change second?', 'y'],
    ]);

    expect({ code, providers: providers() }).toEqual({ code: 0, providers: [undefined, 'sms_gateway'] });
    expect(screen).toContain('second is changed.');
  });

  test('changes nothing when just Enter is pressed', async () => {
    const { code, screen } = await connect([
      ['Which SMS connection?', KEYS.enter],
      ['Change first?', KEYS.enter],
    ]);

    expect({ code, providers: providers() }).toEqual({ code: 1, providers: untouched });
    expect(screen).toContain('Nothing was changed.');
  });

  test.each<[string, Dialog]>([
    ['the choice', [['Which SMS connection?', KEYS.ctrlC]]],
    [
      'the question',
      [
        ['Which SMS connection?', KEYS.enter],
        ['Change first?', KEYS.ctrlC],
      ],
    ],
  ])('stops at %s with Ctrl-C, as shells expect it', async (_title, dialog) => {
    const { code } = await connect(dialog);

    expect({ code, providers: providers() }).toEqual({ code: 130, providers: untouched });
    expect(await readdir(at.folder)).toEqual([]);
  });

  test('does not ask whether to continue if the gateway does not accept the secret', async () => {
    const { code, screen } = await connect([['Which SMS connection?', KEYS.enter]], {
      more: { AUTH0_SECRET: 'another-secret-of-more-than-32-bytes' },
    });

    expect({ code, providers: providers() }).toEqual({ code: 1, providers: untouched });
    expect(screen).toContain('does not accept');
    expect(screen).not.toContain('Change first?');
  });

  test('asks where the gateway cannot be reached from here, as Auth0 may reach it all the same', async () => {
    const more = { PUBLIC_URL: refusingUrl() };
    const { code } = await connect(
      [
        ['Which SMS connection?', KEYS.enter],
        ['Can Auth0 reach it', 'y'],
        ['Change first?', 'y'],
      ],
      { more },
    );

    expect({ code, providers: providers() }).toEqual({ code: 0, providers: ['sms_gateway', undefined] });
  });

  test('asks for the client secret, and does not show it', async () => {
    const { code } = await connect(
      [
        ['(not shown)', CLIENT_SECRET + KEYS.enter],
        ['Which SMS connection?', KEYS.enter],
        ['Change first?', 'y'],
      ],
      { withoutSecret: true },
    );

    expect({ code, providers: providers() }).toEqual({ code: 0, providers: ['sms_gateway', undefined] });
  });
});
