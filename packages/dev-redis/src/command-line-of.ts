import { readFile } from 'node:fs/promises';
import { runCommand } from './run-command.ts';
import { codeOf } from './error-facts.ts';

/** The command line or title of a running process; undefined if there is no such process. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'linux') {
    const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    // A zombie has no command line.
    return raw.replaceAll('\0', ' ').trim() || undefined;
  }
  const { stdout } = await runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
    env: { PATH: '/bin:/usr/bin' },
    timeoutMs: 5000,
  });
  return stdout.trim() || undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
