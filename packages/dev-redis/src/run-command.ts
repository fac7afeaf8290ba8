import { spawn } from 'node:child_process';
import { codeOf } from './error-facts.ts';

export type CommandResult = { exitCode: number | undefined; stdout: string; stderr: string };

type Options = {
  cwd?: string;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  /** Kills the program and its children. */
  signal?: AbortSignal | undefined;
};

/**
 * Runs a program without a shell, and waits for its end. A program that cannot be started or does not end within
 * `timeoutMs` has no exit code. Rejects if `signal` is aborted.
 */
export async function runCommand(
  command: string,
  args: string[],
  { cwd, env, timeoutMs, signal }: Options,
): Promise<CommandResult> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(cwd !== undefined && { cwd }),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A separate process group: only we pass on Ctrl-C, and killing the group also ends a child in which the program hangs.
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));

    const kill = () => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(() => {
      stderr += `${command} did not end within ${timeoutMs / 1000} s`;
      kill();
    }, timeoutMs);
    signal?.addEventListener('abort', kill);
    const settle = (exitCode: number | undefined) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
      if (signal?.aborted) reject(new Error('stopped', { cause: signal.reason }));
      else resolve({ exitCode, stdout, stderr });
    };
    child.once('error', (error) => {
      stderr += error.message;
      settle(undefined);
    });
    child.once('close', (code) => settle(code ?? undefined));
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // It has just ended.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
