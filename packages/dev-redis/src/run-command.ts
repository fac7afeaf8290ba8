import { spawn } from 'node:child_process';

export type CommandResult = { exitCode: number | undefined; stdout: string; stderr: string };

type Options = { cwd?: string; env: NodeJS.ProcessEnv; timeoutMs: number };

/**
 * Runs a program to its end, without a shell. A program that cannot be started or does not end within `timeoutMs`
 * has no exit code.
 */
export function runCommand(
  command: string,
  args: string[],
  { cwd, env, timeoutMs }: Options,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(cwd !== undefined && { cwd }),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C is ours to pass on, and a program stuck in a child of its own ends with it.
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));

    const timer = setTimeout(() => {
      stderr += `${command} did not end within ${timeoutMs / 1000} s`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    const settle = (exitCode: number | undefined) => {
      clearTimeout(timer);
      resolve({ exitCode, stdout, stderr });
    };
    child.once('error', (error) => {
      stderr += error.message;
      settle(undefined);
    });
    child.once('close', (code) => settle(code ?? undefined));
  });
}
