import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { repositoryRoot } from '../packages/cli/src/repository.ts';
import { commandLineOf } from '../packages/dev-redis/src/command-line-of.ts';
import { emptyStateFolder, startGatewayCommand } from './support/gateway-command.ts';
import { guard, guardChild } from './support/guardian.ts';
import { PROCESS_HANG_MS } from './support/hang.ts';
import { until } from './support/until.ts';

/** A program that hangs in a child of its own, which takes no Ctrl-C, as the compiler does. */
const HANGING = `
  import { execFileSync } from 'node:child_process';
  const child = "process.on('SIGINT', () => {}); require('node:fs').writeFileSync(process.argv[1], String(process.pid)); setInterval(() => {}, 1000)";
  execFileSync(process.execPath, ['-e', child, process.env.HANGING_PID_FILE], { stdio: 'inherit' });
`;

const COMPILER = `
  import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
  appendFileSync('builds', '.');
  mkdirSync('packages/cli/dist', { recursive: true });
  writeFileSync('packages/cli/dist/main.js', "process.stdout.write('ran ' + process.argv.slice(2).join(' '))");
`;

/** What a clone has of the bootstrap, with a compiler and a package manager of ours. */
async function setup({ compiler = COMPILER, isInstalled = true } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'sms-gateway-clone-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const path of [
    'package.json',
    'pnpm-lock.yaml',
    'packages/cli/bootstrap.mjs',
    'packages/cli/bootstrap',
  ])
    await cp(join(repositoryRoot, path), join(root, path), { recursive: true });
  const pageBuilder = join(root, 'services/console/node_modules/vite/bin');
  await mkdir(pageBuilder, { recursive: true });
  await writeFile(join(pageBuilder, 'vite.js'), '');
  await mkdir(join(root, 'packages/cli/src'), { recursive: true });
  await writeFile(join(root, 'packages/cli/src/main.ts'), '');
  await mkdir(join(root, 'node_modules/typescript/bin'), { recursive: true });
  await writeFile(join(root, 'node_modules/typescript/bin/tsc'), compiler);
  await writeFile(join(root, 'node_modules/typescript/package.json'), '{"type":"module"}');
  if (isInstalled) {
    await mkdir(join(root, 'node_modules/.pnpm'));
    await cp(join(root, 'pnpm-lock.yaml'), join(root, 'node_modules/.pnpm/lock.yaml'));
  }
  await mkdir(join(root, 'bin'));
  const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(
    join(root, 'bin/pnpm'),
    `#!/bin/sh\n[ "$1" = --version ] && echo ${String(packageManager).split('@')[1]} && exit\nexec '${process.execPath}' --input-type=module -e '${HANGING.replaceAll("'", `'\\''`)}'\n`,
  );
  await chmod(join(root, 'bin/pnpm'), 0o755);
  const pidFile = join(root, 'hanging-pid');
  const env = {
    ...process.env,
    PATH: `${join(root, 'bin')}${delimiter}${process.env['PATH']}`,
    HANGING_PID_FILE: pidFile,
  };

  function begin(command: string, args: string[]) {
    const child = guardChild(spawn(command, args, { cwd: root, env, detached: true, stdio: 'pipe' }));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      output,
    }));
    return { pid: child.pid ?? 0, ended };
  }
  return {
    root,
    begin,
    bootstrap: (...args: string[]) => begin(process.execPath, ['packages/cli/bootstrap.mjs', ...args]),
    builds: async () => (await readFile(join(root, 'builds'), 'utf8')).length,
    /** Resolves with the process that nobody but SIGKILL ends. */
    untilHanging: () =>
      until(
        async () => {
          const pid = Number(await readFile(pidFile, 'utf8'));
          expect(pid).toBeGreaterThan(0);
          guard(pid);
          return pid;
        },
        { timeoutMs: PROCESS_HANG_MS },
      ),
  };
}

const untilGone = (pid: number) => until(async () => expect(await commandLineOf(pid)).toBeUndefined());

describe('the compiler runs', () => {
  const build = async (clone: Awaited<ReturnType<typeof setup>>) => {
    const { code, output } = await clone.bootstrap('gateway', 'blocks').ended;
    // A busy machine may have shown its progress before.
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringMatching(/^(Building.*\n)*ran blocks$/),
    });
    return clone.builds();
  };

  test('once, as long as nothing changes', async () => {
    const clone = await setup();

    expect(await build(clone)).toBe(1);
    expect(await build(clone)).toBe(1);
  });

  test.each<[string, (root: string) => Promise<unknown>]>([
    ['a source is edited', (root) => writeFile(join(root, 'packages/cli/src/main.ts'), '// changed')],
    ['a source comes', (root) => writeFile(join(root, 'packages/cli/src/other.ts'), '')],
    ['a script comes', (root) => writeFile(join(root, 'packages/cli/src/other.lua'), '')],
    ['a source goes', (root) => rm(join(root, 'packages/cli/src/main.ts'))],
    [
      'a switch of branches puts another file of the same size there',
      (root) => utimes(join(root, 'packages/cli/src/main.ts'), new Date(), new Date(1)),
    ],
    ['what was compiled is gone', (root) => rm(join(root, 'packages/cli/dist'), { recursive: true })],
    ['somebody compiled something else', (root) => writeFile(join(root, 'packages/cli/dist/main.js'), '')],
  ])('again once %s', async (_title, change) => {
    const clone = await setup();
    await build(clone);

    await change(clone.root);

    expect(await build(clone)).toBe(2);
  });
});

describe.each<[string, Parameters<typeof setup>[0]]>([
  ['installs', { isInstalled: false }],
  ['builds', { compiler: HANGING }],
])('while it %s', (_phase, options) => {
  test('Ctrl-C ends npm start and its children', async () => {
    const clone = await setup(options);
    const npm = clone.begin('npm', ['start']);
    const hanging = await clone.untilHanging();

    process.kill(-npm.pid, 'SIGINT');
    await npm.ended;

    await untilGone(hanging);
  });

  test('SIGINT to the process that npm started makes it exit 0', async () => {
    const clone = await setup(options);
    const start = clone.bootstrap('start');
    const hanging = await clone.untilHanging();

    process.kill(start.pid, 'SIGINT');

    expect(await start.ended).toMatchObject({ code: 0, signal: null });
    await untilGone(hanging);
  });

  test('a signal ends a command in progress, and the next one does not wait for its lock', async () => {
    const clone = await setup(options);
    const first = clone.bootstrap('gateway');
    const hanging = await clone.untilHanging();
    process.kill(first.pid, 'SIGTERM');
    expect(await first.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    await untilGone(hanging);

    await rm(join(clone.root, 'hanging-pid'));
    const second = clone.bootstrap('gateway');
    await clone.untilHanging();
    process.kill(second.pid, 'SIGTERM');

    expect((await second.ended).output).not.toContain('Waiting');
  });
});

test('Ctrl-C ends a start that is still waiting for its Redis', async () => {
  const folder = await emptyStateFolder();
  const redis = join(folder, 'redis-server');
  await writeFile(
    redis,
    `#!/bin/sh\n[ "$1" = --version ] && echo 'Redis server v=7.2.4' && exit\ntouch '${folder}/begun'\nexec sleep 1000\n`,
  );
  await chmod(redis, 0o755);
  const start = startGatewayCommand(['start'], {
    GATEWAY_STATE_DIR: folder,
    PATH: `${folder}${delimiter}${process.env['PATH']}`,
    PORT: '0',
  });
  await until(() => expect(existsSync(join(folder, 'begun'))).toBe(true));

  start.interrupt();

  expect(await start.ended).toMatchObject({ code: 0, stdout: '' });
});
