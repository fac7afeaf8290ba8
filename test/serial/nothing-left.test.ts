import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLineOf } from '../../packages/dev-redis/src/command-line-of.ts';
import { repositoryRoot } from '../../packages/cli/src/repository.ts';
import { guardChild } from '../support/guardian.ts';
import { PROCESS_HANG_MS } from '../support/hang.ts';
import { until } from '../support/until.ts';

/** A file whose tests have a Redis and services as processes. */
const SUBJECT = 'test/shutdown.test.ts';

/** The pids of all that a process has started, directly or not. */
function descendantsOf(pid: number): number[] {
  const table = process.platform === 'linux' ? tableOfProc() : tableOfPs();
  const below = (ancestor: number): number[] =>
    table.flatMap(([child, parent]) => (parent === ancestor ? [child, ...below(child)] : []));
  return below(pid);
}

type Table = [pid: number, parent: number][];

/** A small image of Linux has no ps. */
function tableOfProc(): Table {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid): Table => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // The name, in brackets, may hold anything.
        const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [[Number(pid), Number(parent)]];
      } catch {
        return [];
      }
    });
}

function tableOfPs(): Table {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid = 0, parent = 0]) => [pid, parent]);
}

/** A run of the tests that has a Redis and a service at the moment. */
async function startRun() {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('VITEST') && name !== 'SMS_GATEWAY_RUN_FOLDER' && name !== 'REDIS_URL',
  );
  const run = guardChild(
    spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', SUBJECT], {
      cwd: repositoryRoot,
      env: Object.fromEntries(inherited),
      stdio: 'ignore',
    }),
  );
  const { pid = 0 } = run;
  const family = await until(
    async () => {
      const pids = descendantsOf(pid);
      const lines = await Promise.all(pids.map(commandLineOf));
      const has = (part: RegExp) => lines.some((line) => line !== undefined && part.test(line));
      if (!has(/redis-server|valkey-server/) || !has(/dist\/main\.js/)) throw new Error('not yet');
      return pids;
    },
    // A whole run has to begin.
    { timeoutMs: 2 * PROCESS_HANG_MS, intervalMs: 200 },
  );
  const folder = readdirSync(tmpdir()).find((name) => name.startsWith(`sms-gateway-tests-${pid}-`)) ?? '';
  return { run, family, folder: join(tmpdir(), folder) };
}

test.each(['SIGINT', 'SIGKILL'] as const)(
  'a run that %s ends leaves no process and no folder',
  async (signal) => {
    const { run, family, folder } = await startRun();
    expect(existsSync(folder)).toBe(true);
    expect(readdirSync(folder).some((name) => name.startsWith('sms-gateway-redis-'))).toBe(true);

    const ended = once(run, 'exit');
    run.kill(signal);
    await ended;

    await until(
      async () => {
        const left = (await Promise.all(family.map(commandLineOf))).filter(Boolean);
        expect({ left, folder: existsSync(folder) }).toEqual({ left: [], folder: false });
      },
      { timeoutMs: PROCESS_HANG_MS },
    );
  },
  3 * PROCESS_HANG_MS,
);
