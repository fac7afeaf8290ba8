import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** The packages that a module needs when it is loaded, its own files followed. */
async function packagesOf(module: URL, seen = new Set<string>()): Promise<string[]> {
  if (seen.has(module.href)) return [];
  seen.add(module.href);
  const source = await readFile(module, 'utf8');
  const imports = [...source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gms)];
  const packages = imports.map(async ([, name = '']) =>
    name.startsWith('.') ? packagesOf(new URL(name, module), seen) : [name],
  );
  return (await Promise.all(packages)).flat();
}

const LIGHT = ['@sms-gateway/config', '@sms-gateway/config/fields', '@sms-gateway/contract', 'zod'];

test('loading the registry loads no SDK, no HTTP client and no adapter', async () => {
  const packages = await packagesOf(new URL('index.ts', import.meta.url));

  expect(LIGHT).toEqual(expect.arrayContaining(packages));
});

test("spares the ingress the SDKs and HTTP clients that the worker's side of the providers needs", async () => {
  const names = ['infobip', 'plivo', 'sinch', 'telnyx', 'twilio', 'vonage'];
  const packages = await Promise.all(
    names.map((name) => packagesOf(new URL(`${name}/${name}-receipts.ts`, import.meta.url))),
  );

  expect(new Set(packages.flat())).toEqual(new Set(['@sms-gateway/contract', 'jose', 'node:crypto']));
});
