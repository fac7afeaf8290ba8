import { readFileSync } from 'node:fs';
import { allVariables } from '@sms-gateway/config';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { PROVIDERS } from './registry.ts';

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');

const serviceSchema = z.object({
  image: z.string().optional(),
  command: z.string().optional(),
  env_file: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  networks: z.array(z.string()).optional(),
  mem_limit: z.string().optional(),
});
const { services, networks } = z
  .object({
    services: z.record(z.string(), serviceSchema),
    networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true }));

/** Set by Compose itself, whatever stands in .env. */
const FIXED = ['REDIS_URL', 'HOST', 'PORT', 'ADMIN_HOST', 'ADMIN_PORT'];

test('the ingress gets what it reads, and nothing else of .env, whatever stands there', () => {
  const { ingress } = services;
  const own = allVariables(PROVIDERS).filter(
    ({ env, services: readers }) => readers.includes('ingress') && !FIXED.includes(env),
  );
  const names = own.flatMap(({ env, secret }) => (secret === true ? [env, `${env}_FILE`] : [env]));
  const passed = Object.entries(ingress?.environment ?? {}).filter(([name]) => !FIXED.includes(name));

  expect(ingress?.env_file).toEqual([]);
  expect(passed.map(([name]) => name).toSorted()).toEqual(names.toSorted());
  expect(passed.filter(([name, value]) => value !== `\${${name}:-}`)).toEqual([]);
  expect(passed.filter(([name]) => name.startsWith('AWS_'))).toEqual([]);
});

/** Read by the AWS SDK, not by a setting of the gateway. */
const AWS_CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

test.each(['worker', 'console'] as const)(
  'the %s gets .env without the secrets that only other services read',
  (name) => {
    const foreign = allVariables(PROVIDERS)
      .filter(({ secret, services: readers }) => secret === true && !readers.includes(name))
      .map(({ env }) => env);
    const emptied = Object.entries(services[name]?.environment ?? {})
      .filter(([, value]) => value === '')
      .map(([env]) => env);

    expect(emptied.toSorted()).toEqual(
      [...foreign, ...(name === 'worker' ? [] : AWS_CREDENTIALS)].toSorted(),
    );
  },
);

test('Redis has a password, and is on a network without a way out', () => {
  expect(services['redis']?.command).toContain('--requirepass ${REDIS_PASSWORD:?');
  expect(services['ingress']?.environment?.['REDIS_URL']).toContain('${REDIS_PASSWORD:?');
  expect(services['redis']?.networks).toEqual(['queue']);
  expect(networks['queue']).toEqual({ internal: true });
});

test('every service has a memory limit, so that none takes what Redis needs', () => {
  expect(Object.keys(services).filter((name) => services[name]?.mem_limit === undefined)).toEqual([]);
});

test('images have an exact version', () => {
  const images = Object.values(services).flatMap(({ image }) => image ?? []);
  const [, node = ''] = /^ARG NODE_IMAGE=(.*)$/m.exec(read('Dockerfile')) ?? [];
  expect(images.length).toBeGreaterThan(0);

  for (const image of [...images, node]) {
    const version = /:-(.*)\}$/.exec(image)?.[1] ?? image;
    expect(version).toMatch(/:v?\d+\.\d+\.\d+(-[\w.-]+)?$/);
  }
  expect([...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)).not.toContainEqual(
    expect.stringMatching(/:/),
  );
});
