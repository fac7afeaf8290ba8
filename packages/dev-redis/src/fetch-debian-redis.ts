import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findExecutable } from './find-executable.ts';
import { runCommand } from './run-command.ts';

/** A redis-server, and the environment with which it finds its libraries. */
export type RedisBinary = { path: string; env: Record<string, string> };

type Options = {
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
};

export function canFetchDebianRedis(env: NodeJS.ProcessEnv): boolean {
  const hasTool = (name: string) => findExecutable([name], env['PATH']) !== undefined;
  return existsSync('/etc/debian_version') && ['apt-get', 'apt-cache', 'dpkg', 'dpkg-query'].every(hasTool);
}

/**
 * Downloads the distribution's redis-server and missing libraries into `cacheDir`, from the system's package sources and
 * verified with its keys, as any user and without installing anything. A second call finds it there. Rejects with one line
 * if a step fails.
 */
export async function fetchDebianRedis({ cacheDir, env, log, signal }: Options): Promise<RedisBinary> {
  const run = async (command: string, args: string[], cwd?: string) => {
    const result = await runCommand(command, args, {
      env,
      signal,
      timeoutMs: 300_000,
      ...(cwd !== undefined && { cwd }),
    });
    if (result.exitCode === 0) return result.stdout;
    const reason =
      result.stderr
        .trim()
        .split('\n')
        .find((line) => line.startsWith('E:')) ?? result.stderr.trim();
    throw new Error(`${command} ${args.at(-1)} failed: ${reason}`);
  };

  const architecture = (await run('dpkg', ['--print-architecture'])).trim();
  const release = (await run('dpkg-query', ['-W', '-f', '${Version}', 'libc6'])).trim();
  const home = join(cacheDir, `redis-${architecture}-${release.replaceAll(/[^\w.+-]/g, '_')}`);
  if (existsSync(home)) return binaryIn(home);

  log("Fetching the distribution's redis-server into the cache (nothing is installed) …");
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(cacheDir, 'fetch-'));
  try {
    await mkdir(join(work, 'lists', 'partial'), { recursive: true });
    await mkdir(join(work, 'archives', 'partial'), { recursive: true });
    await mkdir(join(work, 'root'));
    const apt = [
      ['-o', `Dir::State::lists=${join(work, 'lists')}`],
      ['-o', `Dir::Cache=${work}`],
      ['-o', 'Debug::NoLocking=1'],
      ['-o', 'APT::Sandbox::User='],
    ].flat();

    await run('apt-get', [...apt, '-qq', 'update']);
    const packages = await packagesToFetch((options) => run('apt-cache', [...apt, ...options]), run);
    await run('apt-get', [...apt, '-qq', 'download', ...packages], join(work, 'archives'));
    for (const file of await readdir(join(work, 'archives'))) {
      if (file.endsWith('.deb')) await run('dpkg', ['-x', file, join(work, 'root')], join(work, 'archives'));
    }

    const { path, env: libraries } = binaryIn(join(work, 'root'));
    const check = await runCommand(path, ['--version'], { env: { ...env, ...libraries }, timeoutMs: 10_000 });
    if (check.exitCode !== 0)
      throw new Error(`The fetched redis-server does not run: ${check.stderr.trim()}`);
    // Another process may have been faster; its copy is as good.
    await rename(join(work, 'root'), home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
    return binaryIn(home);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Debian's redis-server is a link to a program of redis-tools. Only libraries that the system lacks are fetched, because a
 * second libc6 would not run with the system's loader.
 */
async function packagesToFetch(
  aptCache: (args: string[]) => Promise<string>,
  run: (command: string, args: string[]) => Promise<string>,
): Promise<string[]> {
  const dependencies = await aptCache(['depends', '--recurse', '--important', 'redis-server', 'redis-tools']);
  const installed = await run('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n']);
  const isInstalled = new Set(installed.split('\n').filter((line) => line.startsWith('installed ')));
  const missing = dependencies
    .split('\n')
    .filter((line) => /^lib[\w.+-]+$/.test(line) && !isInstalled.has(`installed ${line}`));
  return ['redis-server', 'redis-tools', ...new Set(missing)];
}

function binaryIn(root: string): RedisBinary {
  const libraries = ['usr/lib', 'lib'].flatMap((folder) => [
    join(root, folder, multiarch()),
    join(root, folder),
  ]);
  return { path: join(root, 'usr/bin/redis-server'), env: { LD_LIBRARY_PATH: libraries.join(':') } };
}

function multiarch(): string {
  const names: Partial<Record<NodeJS.Architecture, string>> = {
    x64: 'x86_64-linux-gnu',
    arm64: 'aarch64-linux-gnu',
    arm: 'arm-linux-gnueabihf',
    ppc64: 'powerpc64le-linux-gnu',
    s390x: 's390x-linux-gnu',
    riscv64: 'riscv64-linux-gnu',
  };
  return names[process.arch] ?? '';
}
