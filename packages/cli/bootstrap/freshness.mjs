import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether the build is up to date: sources and compiled files have the name, size and modification time that they had
 * after the last build. A pull, a branch switch or an edit changes a source; a manual build changes the compiled files.
 */
export function isBuilt(root) {
  const file = stampFile(root);
  return existsSync(file) && readFileSync(file, 'utf8') === stampOf(root, sourcesOf(root));
}

/** Builds and records which sources were built. A source that changes during the build is built the next time. */
export async function noteBuilt(root, build) {
  const sources = sourcesOf(root);
  await build();
  writeFileSync(stampFile(root), stampOf(root, sources));
}

function stampFile(root) {
  return join(root, '.gateway', 'build-stamp');
}

function stampOf(root, sources) {
  return createHash('sha256')
    .update(sources)
    .update(
      packageFolders(root)
        .map((folder) => filesIn(join(folder, 'dist')))
        .join('\n'),
    )
    .digest('hex');
}

function sourcesOf(root) {
  const settings = ['tsconfig.json', 'tsconfig.base.json'].map((name) => describe(join(root, name)));
  const packages = packageFolders(root).map((folder) =>
    [
      describe(join(folder, 'tsconfig.json')),
      describe(join(folder, 'package.json')),
      filesIn(join(folder, 'src')),
    ].join('\n'),
  );
  return [...settings, ...packages].join('\n');
}

function packageFolders(root) {
  return ['packages', 'services'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .sort()
      .map((name) => join(root, folder, name)),
  );
}

function filesIn(folder) {
  if (!existsSync(folder)) return '';
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : describe(path);
    })
    .join('\n');
}

function describe(file) {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${file} ${stats.size} ${stats.mtimeMs}`;
}
