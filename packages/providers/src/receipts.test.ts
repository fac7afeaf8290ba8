import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** The packages that a module needs when it runs, its own files followed. */
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

test("spares the ingress the SDKs and HTTP clients that the worker's side of the providers needs", async () => {
  const packages = await packagesOf(new URL('receipts.ts', import.meta.url));

  expect(new Set(packages)).toEqual(new Set(['@sms-gateway/contract', 'jose', 'node:crypto']));
});
