import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import { readManifest } from './package-manifest.ts';

const PACKAGE = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/;
const LICENCE = /^(?:licen[cs]e|notice|copying)/i;

/** Puts the licences of the packages whose code is in the bundle into `licences/NAME@VERSION/`. */
export function copyLicences(): Plugin {
  return {
    name: 'copy-licences',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
      const packages = new Map(
        modules.flatMap((id) => {
          const [root, name] = PACKAGE.exec(id) ?? [];
          return root === undefined || name === undefined ? [] : [[root, name] as const];
        }),
      );
      for (const [root, name] of packages) {
        const { version, license } = readManifest(root);
        const files = readdirSync(root).filter((file) => LICENCE.test(file));
        for (const file of files) {
          this.emitFile({
            type: 'asset',
            fileName: `licences/${name}@${version}/${file}`,
            source: readFileSync(join(root, file), 'utf8'),
          });
        }
        // The package names its licence without a copy of it.
        if (files.length === 0) {
          this.emitFile({
            type: 'asset',
            fileName: `licences/${name}@${version}/LICENSE`,
            source: `${license}\n`,
          });
        }
      }
    },
  };
}
