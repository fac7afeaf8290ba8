import { inspect } from 'node:util';
import { type ConnectionConfig, loadCallerConfig } from '@sms-gateway/config';
import { describe, expect, test } from 'vitest';
import { checkSecrets } from './check-secrets.ts';
import type { TenantLook } from './look-at-tenant.ts';
import { looksLikePlaceholder } from './placeholder.ts';

const NEW = 'Zk3vT9qLwX0mB7rYc5hN2pJd8sFgA4eUiOoPqRtVbWx';
const OLD = 'q8HdJw2Lr6TzYp0NsVb4XcKm9GfA1eUiOoPqRtWxBvE';

function connection(secrets: string[], name = 'default'): ConnectionConfig {
  const env = { AUTH0_SECRET: secrets.join(), AUTH0_AUDIENCE: 'urn:gateway' };
  const [loaded] = loadCallerConfig({ env }).connections;
  if (loaded === undefined) throw new Error('no connection');
  return { ...loaded, name };
}

const NO_TENANT: TenantLook = { kind: 'not_set_up', missing: 'AUTH0_DOMAIN' };

function tenantThatSignsWith(secret: string, isBase64 = false): TenantLook {
  const options = {
    gateway_url: 'https://sms.example.com/v1/sms',
    gateway_authentication: { secret, secret_base64_encoded: isBase64 },
  };
  return {
    kind: 'found',
    domain: 'acme.eu.auth0.com',
    connections: { kind: 'read', value: [{ id: 'con_1', name: 'sms', displayName: undefined, options }] },
    phone: { kind: 'read', value: { kind: 'several', names: [] } },
  };
}

async function check(connections: ConnectionConfig[], tenant: TenantLook = NO_TENANT) {
  const findings = await checkSecrets({
    caller: {
      kind: 'loaded',
      config: { connections, publicUrl: 'https://sms.example.com', screening: 'on', warnings: [] },
    },
    tenant: async () => tenant,
    devState: undefined,
  });
  const secrets = connections.flatMap((one) => one.secrets.map((key) => Buffer.from(key).toString()));
  for (const secret of secrets) expect(inspect(findings)).not.toContain(secret);
  return findings;
}

test('one long secret for each connection is ok', async () => {
  expect(await check([connection([NEW])])).toMatchObject([
    { status: 'ok', finding: 'default has one secret, of 43 bytes' },
  ]);
  expect(await check([connection([NEW]), connection([OLD], 'acme')])).toMatchObject([
    { status: 'ok', finding: '2 connections have one secret each, of 32 bytes or more' },
  ]);
});

test('a short one is a warning with its length in bytes', async () => {
  expect(await check([connection(['geheim-für-acme'])])).toMatchObject([
    { status: 'warning', finding: 'the secret of default has 16 bytes; HS256 needs 32 or more' },
  ]);
});

test('a placeholder is a failure', async () => {
  expect(await check([connection(['please-change-me-to-something-long-enough'], 'acme')])).toMatchObject([
    { status: 'failed', finding: expect.stringContaining('the secret of acme looks like a placeholder') },
  ]);
});

describe('two secrets are a rotation', () => {
  test('whose next step is unknown without the tenant', async () => {
    expect(await check([connection([NEW, OLD])])).toMatchObject([
      {
        status: 'warning',
        finding: 'default accepts 2 secrets: a rotation is in progress',
        advice: expect.stringContaining('auth0 rotate-secret'),
      },
    ]);
  });

  test.each<[string, TenantLook, string]>([
    ['the old one', tenantThatSignsWith(OLD), 'step 2'],
    ['the new one', tenantThatSignsWith(NEW), 'step 3'],
    [
      'the new one, as base64url',
      tenantThatSignsWith(Buffer.from(NEW).toString('base64url'), true),
      'step 3',
    ],
  ])('whose next step depends on the secret that Auth0 signs with: %s', async (_title, tenant, step) => {
    const [finding] = await check([connection([NEW, OLD])], tenant);

    expect(finding).toMatchObject({ status: 'warning', advice: expect.stringContaining(step) });
  });

  test('of the connection that it names', async () => {
    const [finding] = await check([connection([NEW, OLD], 'acme')], tenantThatSignsWith(OLD));

    expect(finding?.advice).toContain('--gateway-connection acme');
  });
});

test('three secrets are one too many', async () => {
  expect(await check([connection([NEW, OLD, `${OLD}3`])])).toMatchObject([
    { status: 'warning', finding: 'default accepts 3 secrets; a rotation needs two' },
  ]);
});

test.each([
  'change-me',
  'CHANGEME0123',
  'your-shared-secret-goes-here',
  '<the secret of gateway_authentication>',
  'replace-with-a-real-one',
  'some-example-of-a-secret-that-is-long-enough',
  'abababababababababababababababababababab',
  '00000000000000000000000000000000',
])('%s looks like a placeholder', (secret) => {
  expect(looksLikePlaceholder(Buffer.from(secret))).toBe(true);
});

test('random secrets do not', () => {
  expect([NEW, OLD].some((secret) => looksLikePlaceholder(Buffer.from(secret)))).toBe(false);
});
