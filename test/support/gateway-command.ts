import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { guardChild } from './guardian.ts';

const program = fileURLToPath(new URL('../../packages/cli/dist/gateway.js', import.meta.url));

/** Runs `npm run gateway --` as a process that has nothing but these variables, and nobody to ask. */
export async function runGatewayCommand(args: string[], env: Record<string, string> = {}) {
  const child = guardChild(
    spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: code as number | null, stdout, stderr };
}
