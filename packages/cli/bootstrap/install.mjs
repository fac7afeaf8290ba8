import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExpectedError, run } from './run.mjs';

/** Installs the dependencies, unless those of the lockfile and the manifests are already installed. */
export async function install(root, progress) {
  const stamp = stampOf(root);
  if (isInstalled(root, stamp)) return;

  await progress.step('Installing dependencies (the first time takes up to a minute)', async () => {
    const pnpm = await pnpmCommand(root);
    const { code, output } = await run(pnpm.command, [...pnpm.args, 'install', '--frozen-lockfile'], {
      cwd: root,
      // Without CI, pnpm asks before it replaces a node_modules of another package manager, and nobody can answer.
      env: Object.assign({}, process.env, { CI: 'true' }),
    });
    if (code !== 0) throw new ExpectedError(`${output.trimEnd()}\n\n${whyInstallFailed(output)}`);
  });
  writeFileSync(stampFile(root), stamp);
}

/** Compiles what changed since the last build, and the console's pages. */
export async function build(root, progress) {
  const console = join(root, 'services', 'console');
  await progress.step(
    'Building',
    async () => {
      await compile(join(root, 'node_modules/typescript/bin/tsc'), ['-b'], root);
      await compile(join(console, 'node_modules/vite/bin/vite.js'), ['build', 'src/web'], console);
    },
    { quietMs: 1000 },
  );
}

async function compile(compiler, args, cwd) {
  const { code, output } = await run(process.execPath, [compiler, ...args], { cwd, env: process.env });
  if (code !== 0) {
    throw new ExpectedError(`${output.trimEnd()}\n\nThe build failed; the compiler's messages are above.`);
  }
}

function stampFile(root) {
  return join(root, 'node_modules', '.bootstrap-stamp');
}

function stampOf(root) {
  const manifests = ['packages', 'services'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/package.json`),
  );
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests.toSorted()]) {
    if (existsSync(join(root, file))) hash.update(`${file}\0${readFileSync(join(root, file), 'utf8')}\0`);
  }
  return hash.digest('hex');
}

export function isInstalled(root, stamp = stampOf(root)) {
  if (existsSync(stampFile(root))) return readFileSync(stampFile(root), 'utf8') === stamp;
  // After a manual `pnpm install`: pnpm keeps a copy of the lockfile that it installed.
  const installed = join(root, 'node_modules', '.pnpm', 'lock.yaml');
  return (
    existsSync(installed) &&
    readFileSync(installed, 'utf8') === readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
  );
}

async function pnpmCommand(root) {
  const [name, version] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager.split(
    /[@+]/,
  );
  const present = await run(name, ['--version'], { cwd: root, env: process.env });
  if (present.code === 0 && present.output.trim() === version) return { command: name, args: [] };
  return {
    command: 'npm',
    args: [
      'exec',
      '--yes',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=2000',
      `--package=${name}@${version}`,
      '--',
      name,
    ],
  };
}

function whyInstallFailed(output) {
  const network =
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|META_FETCH_FAIL|network/;
  const match = network.exec(output);
  if (match !== null) {
    return `The dependencies could not be installed: the npm registry cannot be reached (${match[0]}). Check the network and the proxy settings, then run this again.`;
  }
  if (/spawn npm ENOENT/.test(output)) return 'The dependencies could not be installed: npm is not on PATH.';
  return "The dependencies could not be installed; the package manager's output is above.";
}
