import { existsSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { copyLicences } from './copy-licences.ts';
import { emitLuaScripts } from './emit-lua-scripts.ts';
import { followSourceMaps } from './follow-source-maps.ts';
import { readManifest } from './package-manifest.ts';

const services = new URL('../../../services/', import.meta.url).pathname;

export type BundledService = 'ingress' | 'worker' | 'console';

/** Paths that a build of these services makes, and that are missing. */
export function missingBuilds(bundled: readonly BundledService[]): string[] {
  return bundled
    .flatMap((service) => [join(services, service, 'dist/main.js'), ...webOf(service)])
    .filter((path) => !existsSync(path));
}

const webOf = (service: BundledService): string[] =>
  service === 'console' ? [join(services, service, 'dist/web')] : [];

/**
 * Writes a compiled service and all that it uses to a directory that needs no `node_modules`: `dist/main.js`, further
 * files for what is loaded when it is used (each provider, its SDK), source maps, the Lua scripts, and the licences of
 * the packages. The code keeps its names and lines, so stack traces are readable without the maps. A native module that
 * a package uses where it finds it (msgpackr-extract) is left out.
 */
export async function bundleService(service: BundledService, directory: string): Promise<void> {
  const root = join(services, service);
  await using bundle = await rolldown({
    input: join(root, 'dist/main.js'),
    platform: 'node',
    // It would only fail in the image. Optional dependencies are required inside a `try`, which is no warning.
    onLog: (level, log, report) => report(log.code === 'UNRESOLVED_IMPORT' ? 'error' : level, log),
    plugins: [followSourceMaps(), emitLuaScripts(), copyLicences()],
  });
  await bundle.write({
    dir: directory,
    format: 'esm',
    sourcemap: true,
    // The repository has them; they would be two thirds of the image.
    sourcemapExcludeSources: true,
    // Beside it are what the code finds from where it lies: `../src/*.lua`, `../package.json` and `../dist/web`.
    entryFileNames: 'dist/[name].js',
    chunkFileNames: 'dist/[name]-[hash].js',
    keepNames: true,
  });
  const manifest = { ...readManifest(root), type: 'module' };
  await writeFile(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const web of webOf(service)) await cp(web, join(directory, 'dist/web'), { recursive: true });
}
