import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { dispatch } from '../../packages/cli/src/dispatch.ts';
import { guardChild } from './guardian.ts';
import type { Io } from '../../packages/cli/src/io.ts';

const program = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

export type CommandEnd = { code: number | null; stdout: string; stderr: string };

export type RunningCommand = {
  ended: Promise<CommandEnd>;
  stdout: () => string;
  stderr: () => string;
  /** What Ctrl-C does to it. */
  interrupt: () => void;
};

/** Begins a command of `npm run gateway --`, which has nothing but these variables, and nobody to ask. */
export function startGatewayCommand(args: string[], env: Record<string, string> = {}): RunningCommand {
  let interrupt: () => void = () => undefined;
  const interrupted = new Promise<NodeJS.Signals>((resolve) => {
    interrupt = () => resolve('SIGINT');
  });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [collect(stdout), collect(stderr)];
  const io: Io = { stdin: new PassThrough(), stdout, stderr, untilStopSignal: () => interrupted };
  const ended = dispatch(args, env, io).then((code) => ({ code, stdout: out(), stderr: err() }));
  return { ended, stdout: out, stderr: err, interrupt };
}

export function runGatewayCommand(args: string[], env: Record<string, string> = {}): Promise<CommandEnd> {
  return startGatewayCommand(args, env).ended;
}

/** Runs it as a process of its own, where the process is the subject. */
export async function spawnGatewayCommand(args: string[], env: Record<string, string> = {}) {
  const child = guardChild(
    spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const [stdout, stderr, [code]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'close'),
  ]);
  return { code: code as number | null, stdout, stderr };
}

/** A folder for what `npm start` keeps, gone with the test. */
export async function emptyStateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sms-gateway-state-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function collect(stream: Writable): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
