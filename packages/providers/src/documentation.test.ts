import { readFileSync } from 'node:fs';
import {
  allSettings,
  allVariables,
  envExample as renderEnvExample,
  loadConsoleConfig,
  loadIngressConfig,
  loadWorkerConfig,
  settingTables,
} from '@sms-gateway/config';
import { expect, test } from 'vitest';
import { PROVIDERS } from './registry.ts';

// Written by `npm run docs:config`, which runs this test with --update.

const root = new URL('../../../', import.meta.url);
const path = (name: string) => new URL(name, root).pathname;
const envExample = readFileSync(path('.env.example'), 'utf8');
const documentation = readFileSync(path('docs/configuration.md'), 'utf8');

test('.env.example is what the settings declare', async () => {
  await expect(renderEnvExample(allSettings(PROVIDERS))).toMatchFileSnapshot(path('.env.example'));
});

test("the documentation's tables are what the settings declare", async () => {
  const [before, after] = ['<!-- settings: npm run docs:config -->\n', '<!-- end of settings -->\n'];
  const [head = '', rest = ''] = documentation.split(before);
  const tail = rest.split(after)[1] ?? '';
  expect([head, tail]).not.toContain('');

  const rendered = [head, before, settingTables(allSettings(PROVIDERS)), after, tail].join('');

  await expect(rendered).toMatchFileSnapshot(path('docs/configuration.md'));
});

test('no two settings have the same variable', () => {
  const names = allVariables(PROVIDERS).map(({ env }) => env);

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

function activeSettings(): Record<string, string> {
  return Object.fromEntries(
    [...envExample.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

test('.env.example starts every process once what is marked is filled in', () => {
  const marked = [...envExample.matchAll(/^# FILL IN.*\n([A-Z0-9_]+)=$/gm)].map(([, name]) => name);
  expect(marked).toEqual([
    'AUTH0_SECRET',
    'AUTH0_AUDIENCE',
    'PAYLOAD_KEYS',
    'CONSOLE_PASSWORD',
    'PROVIDERS',
    'REDIS_PASSWORD',
  ]);

  const env = {
    ...activeSettings(),
    AUTH0_SECRET: 'secret',
    AUTH0_AUDIENCE: 'audience',
    PAYLOAD_KEYS: Buffer.alloc(32).toString('base64'),
    PROVIDERS: 'console',
    CONSOLE_PASSWORD: 'a long password',
  };

  expect(loadIngressConfig({ env, providers: PROVIDERS }).connections).toHaveLength(1);
  expect(loadWorkerConfig({ env, providers: PROVIDERS }).providers).toMatchObject([{ kind: 'console' }]);
  expect(loadConsoleConfig({ env }).signIn.kind).toBe('password');
});

test("the documentation's YAML file configures both processes", () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(documentation)?.[1] ?? '';
  const secret = Buffer.alloc(32, 1).toString('base64url');
  const options = {
    providers: PROVIDERS,
    env: {
      GATEWAY_CONFIG: 'gateway.yaml',
      AUTH0_SECRET: secret,
      ACME_SECRET: secret,
      ACME_OLD_SECRET: secret,
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      FALLBACK_TOKEN: 'token',
      PAYLOAD_KEYS: secret,
    },
    readFile: () => yaml,
  };

  expect(loadIngressConfig(options)).toMatchObject({
    connections: [
      { name: 'default', messageTtlMs: 180_000, destinations: { allowedCountries: ['US', 'CA'] } },
      {
        name: 'acme',
        messageTtlMs: 300_000,
        destinations: { allowedCountries: ['DE', 'AT'] },
        defaultCountry: 'DE',
      },
    ],
    warnings: [],
  });
  expect(loadWorkerConfig(options).providers).toMatchObject([
    { kind: 'twilio', options: { sender: { from: '+14155550100' } } },
    { kind: 'http', options: { url: 'https://fallback.example.com/sms' } },
  ]);
});
