import { inspect } from 'node:util';
import { type ConnectionConfig, loadCallerConfig } from '@sms-gateway/config';
import { describe, expect, test } from 'vitest';
import type { DeployableAction } from '../../tenant/actions-api.ts';
import type { ConnectionOptions } from '../../tenant/connection-options.ts';
import type { SmsConnection } from '../../tenant/management.ts';
import { ManagementFailure } from '../../tenant/management-failure.ts';
import type { PhoneProvider } from '../../tenant/phone-providers-api.ts';
import { checkTenant, judgeTenant } from './check-tenant.ts';
import type { TenantLook } from './look-at-tenant.ts';

const SECRET = 'Zk3vT9qLwX0mB7rYc5hN2pJd8sFgA4eUiOoPqRtVbWx';
const OLD_SECRET = 'q8HdJw2Lr6TzYp0NsVb4XcKm9GfA1eUiOoPqRtWxBvE';
const ORIGIN = 'https://sms.example.com';
const OWN_CODE = 'exports.onExecuteCustomPhoneProvider = …';

function own(name = 'default', more: Partial<ConnectionConfig> = {}): ConnectionConfig {
  const env = { AUTH0_SECRET: SECRET, AUTH0_AUDIENCE: 'urn:gateway', MESSAGE_TTL: '180s' };
  const [loaded] = loadCallerConfig({ env }).connections;
  if (loaded === undefined) throw new Error('no connection');
  return { ...loaded, name, ...more };
}

const pointedHere = (more: ConnectionOptions = {}): ConnectionOptions => ({
  template: 'Your code is @@password@@',
  totp: { length: 6, time_step: 180 },
  provider: 'sms_gateway',
  gateway_url: `${ORIGIN}/v1/sms`,
  gateway_authentication: {
    method: 'bearer',
    audience: 'urn:gateway',
    secret: SECRET,
    secret_base64_encoded: false,
  },
  forward_req_info: true,
  ...more,
});

const sms = (options: ConnectionOptions | undefined, name = 'sms'): SmsConnection => ({
  id: `con_${name}`,
  name,
  displayName: undefined,
  options,
});

const CUSTOM: PhoneProvider = {
  id: 'pro_1',
  name: 'custom',
  isDisabled: false,
  deliveryMethods: ['text'],
  configuration: {},
};
const ACTION: DeployableAction = {
  id: 'act_1',
  name: 'SMS gateway',
  code: OWN_CODE,
  runtime: 'node22',
  dependencies: [],
  secretNames: ['GATEWAY_URL', 'GATEWAY_SECRET', 'GATEWAY_SECRET_BASE64', 'GATEWAY_AUDIENCE'],
  status: 'built',
  trigger: 'custom-phone-provider',
  deployed: { id: 'version_1', code: OWN_CODE, runtime: 'node22', dependencies: [] },
  hasUndeployedChanges: false,
  updatedAt: undefined,
};

type Found = Extract<TenantLook, { kind: 'found' }>;
type Case = {
  connections?: SmsConnection[] | ManagementFailure;
  provider?: PhoneProvider;
  action?: DeployableAction;
  phone?: Found['phone'];
  config?: ConnectionConfig[];
  origin?: string | undefined;
};

function judge({ connections = [], provider, action, phone, config = [own()], ...rest }: Case) {
  const state = { provider, action, bound: [] };
  const findings = judgeTenant(
    {
      kind: 'found',
      domain: 'acme.eu.auth0.com',
      connections: Array.isArray(connections)
        ? { kind: 'read', value: connections }
        : { kind: 'unread', failure: connections },
      phone: phone ?? { kind: 'read', value: { kind: 'found', state } },
    },
    {
      config: { connections: config, publicUrl: ORIGIN, screening: 'on', warnings: [] },
      origin: 'origin' in rest ? rest.origin : ORIGIN,
      ownCode: OWN_CODE,
    },
  );
  expect(inspect(findings)).not.toContain(SECRET);
  expect(inspect(findings)).not.toContain(OLD_SECRET);
  return findings;
}

describe('an SMS connection', () => {
  test('that points here is ok', () => {
    expect(judge({ connections: [sms(pointedHere())] })).toMatchObject([
      { status: 'ok', finding: `sms points at ${ORIGIN}/v1/sms` },
    ]);
  });

  test('that differs in a relevant field is a failure that names the fields', () => {
    const options = pointedHere({ gateway_url: 'https://old.example.com/v1/sms', provider: 'twilio' });

    expect(judge({ connections: [sms(options)] })).toMatchObject([
      {
        status: 'failed',
        finding: 'sms does not point here correctly: provider, gateway_url',
        advice: expect.stringContaining('auth0 connect --connection sms --dry-run'),
      },
    ]);
  });

  test('with another secret is a failure', () => {
    const options = pointedHere({
      gateway_authentication: {
        method: 'bearer',
        audience: 'urn:gateway',
        secret: 'another',
        secret_base64_encoded: false,
      },
    });

    expect(judge({ connections: [sms(options)] })).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('gateway_authentication.secret') },
    ]);
  });

  test('with leftover options is a warning', () => {
    const options = pointedHere({ twilio_token: 'twilio-secret', forward_req_info: false });

    const findings = judge({ connections: [sms(options)] });
    expect(findings).toMatchObject([
      { status: 'warning', finding: expect.stringContaining('forward_req_info') },
    ]);
    expect(inspect(findings)).not.toContain('twilio-secret');
  });

  test('that signs with the old secret of a rotation is a warning', () => {
    const config = [own('default', { secrets: [Buffer.from(OLD_SECRET), Buffer.from(SECRET)] })];

    expect(judge({ connections: [sms(pointedHere())], config })).toMatchObject([
      { status: 'warning', finding: 'sms still signs with the old secret' },
    ]);
  });

  test("is compared with the gateway's connection in its URL", () => {
    const acme = own('acme', { audience: 'urn:acme' });
    const options = pointedHere({ gateway_url: `${ORIGIN}/v1/connections/acme/sms` });

    expect(judge({ connections: [sms(options)], config: [own(), acme] })).toMatchObject([
      {
        status: 'failed',
        finding: 'sms does not point here correctly: gateway_authentication.audience',
        advice: expect.stringContaining('--gateway-connection acme'),
      },
    ]);
  });

  test('may point elsewhere if another one points here', () => {
    const elsewhere = sms(pointedHere({ gateway_url: 'https://other.example.com' }), 'other');

    expect(judge({ connections: [elsewhere, sms(pointedHere())] })).toMatchObject([
      { status: 'ok' },
      { status: 'skipped', finding: 'other: not pointed here' },
    ]);
  });

  test('is a failure if there are several and none points here', () => {
    const connections = [sms({ provider: 'twilio' }, 'one'), sms({ provider: 'twilio' }, 'two')];

    expect(judge({ connections })).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('points here: one, two') },
    ]);
  });

  test('whose codes expire before the gateway stops sending is a warning', () => {
    const options = pointedHere({ totp: { length: 6, time_step: 60 } });

    expect(judge({ connections: [sms(options)] })).toMatchObject([
      { status: 'ok' },
      {
        status: 'warning',
        finding: expect.stringContaining('expires at Auth0 after 60 s'),
        advice: expect.stringContaining('MESSAGE_TTL=60s'),
      },
    ]);
  });

  test('cannot be judged without options, and the scope for them is named', () => {
    expect(judge({ connections: [sms(undefined)] })).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('read:connections_options') },
    ]);
  });

  test('cannot be judged without PUBLIC_URL', () => {
    expect(judge({ connections: [sms(pointedHere())], origin: undefined })).toMatchObject([
      { status: 'skipped', finding: expect.stringContaining('PUBLIC_URL') },
    ]);
  });
});

describe('a tenant with a custom phone provider', () => {
  test('is ok if our Action is deployed, no matter where its SMS connection points', () => {
    const connections = [sms({ provider: 'twilio', totp: { time_step: 60 } })];

    expect(judge({ connections, provider: CUSTOM, action: ACTION })).toMatchObject([
      { status: 'ok', finding: expect.stringContaining('sms: not pointed here, which is fine') },
      { status: 'warning', finding: expect.stringContaining('totp.time_step') },
      { status: 'ok', finding: expect.stringContaining('runs this version of the Action "SMS gateway"') },
    ]);
  });

  test.each<[string, { provider?: PhoneProvider; action?: DeployableAction | undefined }]>([
    ['is disabled', { provider: { ...CUSTOM, isDisabled: true }, action: ACTION }],
    ['is not for text messages', { provider: { ...CUSTOM, deliveryMethods: ['voice'] }, action: ACTION }],
    ['has no Action', { provider: CUSTOM }],
    ['is not deployed', { provider: CUSTOM, action: { ...ACTION, deployed: undefined } }],
    ['has undeployed changes', { provider: CUSTOM, action: { ...ACTION, hasUndeployedChanges: true } }],
    [
      'lacks the secrets GATEWAY_URL, GATEWAY_AUDIENCE',
      { provider: CUSTOM, action: { ...ACTION, secretNames: ['GATEWAY_SECRET'] } },
    ],
  ])('%s: a failure with advice', (finding, state) => {
    expect(judge(state as Case)).toMatchObject([
      {
        status: 'failed',
        finding: expect.stringContaining(finding),
        advice: expect.stringContaining('auth0 connect --action'),
      },
    ]);
  });

  test('may have changed the code, which is a warning', () => {
    expect(judge({ provider: CUSTOM, action: { ...ACTION, code: 'changed' } })).toMatchObject([
      { status: 'warning', finding: expect.stringContaining('differs from this version') },
    ]);
  });

  test('without a custom provider and an SMS connection is a failure', () => {
    expect(judge({ provider: { ...CUSTOM, name: 'twilio' } })).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('neither an SMS connection nor') },
    ]);
  });

  test('with several Actions is a warning', () => {
    const phone: Found['phone'] = { kind: 'read', value: { kind: 'several', names: ['one', 'two'] } };

    expect(judge({ connections: [sms(pointedHere())], phone })).toMatchObject([
      { status: 'ok' },
      { status: 'warning', finding: expect.stringContaining('one, two') },
    ]);
  });
});

describe('a missing permission', () => {
  const missing = new ManagementFailure('missing_scope', 'Not allowed (403).');

  test('is a failure that names the scopes', () => {
    expect(judge({ connections: missing })).toMatchObject([
      { status: 'failed', finding: expect.stringContaining('read:connections and read:connections_options') },
    ]);
  });

  test('for the phone provider is irrelevant if a connection points here', () => {
    const phone: Found['phone'] = { kind: 'unread', failure: missing };

    expect(judge({ connections: [sms(pointedHere())], phone })).toMatchObject([
      { status: 'ok' },
      { status: 'skipped', finding: expect.stringContaining('read:phone_providers and read:actions') },
    ]);
    expect(judge({ phone })).toMatchObject([{ status: 'failed' }, { status: 'failed' }]);
  });

  test('because of wrong credentials is reported once', () => {
    const failure = new ManagementFailure('bad_credentials', 'Auth0 does not accept the credentials (401).');

    expect(judge({ connections: failure, phone: { kind: 'unread', failure } })).toMatchObject([
      { status: 'failed', advice: expect.stringContaining('AUTH0_CLIENT_SECRET') },
    ]);
  });

  test.each([
    ['rate_limited', 'warning'],
    ['unclear', 'failed'],
  ] as const)('for another reason (%s) is told with it', (kind, status) => {
    const failure = new ManagementFailure(kind, 'Because.');

    expect(judge({ connections: failure })).toMatchObject([{ status, finding: 'Because' }]);
  });
});

test('without settings for a tenant the check is skipped, and names them', async () => {
  const findings = await checkTenant({
    caller: { kind: 'problems', problems: [] },
    tenant: async () => ({ kind: 'not_set_up', missing: 'AUTH0_DOMAIN' }),
    devState: undefined,
  });

  expect(findings).toMatchObject([{ status: 'skipped', finding: 'not set: AUTH0_DOMAIN' }]);
});
