import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, URL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { guardChild } from './guardian.ts';

const program = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/** `script` lends a terminal: in util-linux, and with other arguments in macOS and BSD. */
export const hasTerminal =
  spawnSync('script', ['-q', '/dev/null', 'true'], { stdio: 'ignore' }).error === undefined;

export const KEYS = { enter: '\r', down: '\u001B[B', ctrlC: '\u0003' } as const;

/** Each text is awaited on the screen, after the one before, and answered with what is typed. */
export type Dialog = [shown: string, typed: string][];

/** Runs `npm run gateway --` in a terminal, with these variables only. `screen` is all that it showed. */
export async function runInTerminal(args: string[], env: Record<string, string>, dialog: Dialog) {
  const words = [process.execPath, program, ...args].map((word) => `'${word}'`);
  // The terminal that is lent to a pipe has no width.
  const command = `stty cols 120 rows 40; exec ${words.join(' ')}`;
  const child = guardChild(
    spawn(
      'script',
      process.platform === 'linux'
        ? ['-qefc', command, '/dev/null']
        : ['-q', '/dev/null', 'sh', '-c', command],
      {
        env: { PATH: process.env['PATH'], TERM: 'xterm', SHELL: '/bin/sh', ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
        // A question that nobody answers would wait for ever.
        timeout: 30_000,
      },
    ),
  );
  let screen = '';
  let answered = 0;
  const remaining = [...dialog];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    screen += stripVTControlCharacters(chunk);
    for (let next = remaining[0]; next !== undefined; next = remaining[0]) {
      const at = screen.indexOf(next[0], answered);
      if (at < 0) return;
      answered = at + next[0].length;
      remaining.shift();
      child.stdin.write(next[1]);
    }
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, screen, unasked: remaining.map(([shown]) => shown) };
}
