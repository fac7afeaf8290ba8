import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadIngressConfig, loadWorkerConfig } from './load-config.ts';
import { VARIABLES } from './variables.ts';
import type { Variable } from './variables.ts';

const root = new URL('../../../', import.meta.url);
const envExample = readFileSync(new URL('.env.example', root), 'utf8');
const documentation = readFileSync(new URL('docs/configuration.md', root), 'utf8');

function defaultCell(variable: Variable): string {
  if (variable.default === undefined) return '';
  if (typeof variable.default === 'string') return `\`${variable.default}\``;
  return Object.entries(variable.default)
    .map(([service, value]) => `\`${value}\` (${service})`)
    .join(', ');
}

function activeSettings(): Record<string, string> {
  return Object.fromEntries(
    [...envExample.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
}

test('.env.example names every variable once, and no other', () => {
  const names = [...envExample.matchAll(/^(?:# )?([A-Z0-9_]+)=/gm)].map(([, name]) => name);

  expect(names.toSorted()).toEqual(VARIABLES.map(({ name }) => name).toSorted());
});

test('.env.example shows the defaults, but for the addresses that containers need', () => {
  const settings = activeSettings();
  const { ADMIN_HOST, REDIS_URL, ...others } = settings;

  expect(ADMIN_HOST).toBe('0.0.0.0');
  expect(REDIS_URL).toBe('redis://redis:6379');
  for (const variable of VARIABLES) {
    const shown = others[variable.name];
    if (shown !== undefined && variable.default !== undefined)
      expect(shown, variable.name).toBe(variable.default);
  }
});

test('.env.example starts both processes once what is marked is filled in', () => {
  const marked = [...envExample.matchAll(/^# FILL IN.*\n([A-Z0-9_]+)=$/gm)].map(([, name]) => name);
  expect(marked).toEqual(['AUTH0_SECRET', 'AUTH0_AUDIENCE', 'PAYLOAD_KEYS', 'PROVIDERS']);

  const env = {
    ...activeSettings(),
    AUTH0_SECRET: 'secret',
    AUTH0_AUDIENCE: 'audience',
    PAYLOAD_KEYS: Buffer.alloc(32).toString('base64'),
    PROVIDERS: 'console',
  };

  expect(loadIngressConfig({ env }).connections).toHaveLength(1);
  expect(loadWorkerConfig({ env }).providers).toEqual([{ kind: 'console' }]);
});

const composeSchema = z.object({
  services: z.record(z.string(), z.object({ environment: z.record(z.string(), z.unknown()).optional() })),
});

test.each(['ingress', 'worker'] as const)(
  'docker-compose.yml keeps from the %s every secret that only the other service reads',
  (service) => {
    const file = readFileSync(new URL('docker-compose.yml', root), 'utf8');
    const { services } = composeSchema.parse(parse(file, { merge: true }));
    const environment = Object.entries(services[service]?.environment ?? {});
    const empty = environment.filter(([, value]) => value === '').map(([name]) => name);
    const others = VARIABLES.filter(({ secret, services: readers }) => secret && !readers.includes(service));
    expect(empty.toSorted()).toEqual(others.map(({ name }) => name).toSorted());
  },
);

test("the documentation's table is the table of variables", () => {
  const rows = VARIABLES.map((variable) => {
    const path = variable.path === undefined ? '' : `\`${variable.path.join('.')}\``;
    const secret = variable.secret === true ? 'yes' : '';
    return `| \`${variable.name}\` | ${variable.services.join(', ')} | ${secret} | ${defaultCell(variable)} | ${path} | ${variable.description} |`;
  });

  const documented = documentation.split('\n').filter((line) => /^\| `[A-Z0-9_]+` \|/.test(line));

  expect(documented).toEqual(rows);
});

test("the documentation's YAML file configures both processes", () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(documentation)?.[1] ?? '';
  const secret = Buffer.alloc(32, 1).toString('base64url');
  const options = {
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
    { kind: 'twilio', sender: { kind: 'from', from: '+14155550100' } },
    { kind: 'http', url: 'https://fallback.example.com/sms' },
  ]);
});
