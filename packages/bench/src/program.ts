import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Usage } from './report-usage.ts';

export type Program = {
  child: ChildProcess;
  /** Sends a message and resolves with the first answer that fits. */
  ask<Answer>(message: object | string, fits: (answer: object) => answer is Answer & object): Promise<Answer>;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
};

type Options = {
  name: string;
  /** The compiled program. */
  file: string;
  env: Record<string, string>;
  /** Its output goes there. */
  directory: string;
  /** Answers 200 once the program is ready. Without it the program says so itself, with the message 'ready'. */
  readyUrl?: string;
  execArgv?: string[];
};

const running = new Set<ChildProcess>();

/** For when the parent must end at once. */
export function killPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Limits for hangs. */
const READY_WITHIN_MS = 60_000;
const END_WITHIN_MS = 10_000;

/** Starts a program as a separate process, and resolves when it is ready. */
export async function startProgram(options: Options): Promise<Program> {
  const { name, file, env, directory, readyUrl, execArgv = [] } = options;
  const logFile = join(directory, `${name}.log`);
  const log = openSync(logFile, 'w', 0o600);
  const preload = fileURLToPath(new URL('../dist/report-usage.js', import.meta.url));
  const child = spawn(process.execPath, [...execArgv, '--import', preload, file], {
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...env, PATH: process.env['PATH'] ?? '' },
  });
  closeSync(log);
  running.add(child);
  child.once('exit', () => running.delete(child));
  let hasEnded = false;
  child.once('exit', () => (hasEnded = true));
  const exited = once(child, 'exit');

  const until = <Answer>(fits: (answer: object) => answer is Answer & object) =>
    new Promise<Answer>((resolve, reject) => {
      const listen = (answer: object) => {
        if (!fits(answer)) return;
        child.off('message', listen);
        resolve(answer);
      };
      child.on('message', listen);
      void exited.then(() =>
        reject(new Error(`${name} ended:\n${readFileSync(logFile, 'utf8').slice(-2000)}`)),
      );
    });

  const isReady = (answer: object): answer is { ready: true } => 'ready' in answer;
  const isUsage = (answer: object): answer is { usage: Usage } => 'usage' in answer;
  const program: Program = {
    child,
    ask: (message, fits) => {
      const answer = until(fits);
      // Whoever awaits it hears that the program ended. Some stop listening before, because something else failed.
      answer.catch(() => undefined);
      child.send(message);
      return answer;
    },
    usage: async () => (await program.ask<{ usage: Usage }>('usage', isUsage)).usage,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await Promise.race([exited, delay(END_WITHIN_MS, undefined, { ref: false })]);
      if (!hasEnded) child.kill('SIGKILL');
      await exited;
    },
  };

  const ready = readyUrl === undefined ? until(isReady) : untilOk(readyUrl, () => hasEnded);
  const late = delay(READY_WITHIN_MS, 'late' as const, { ref: false });
  if ((await Promise.race([ready, late])) === 'late' || hasEnded) {
    await program.stop();
    throw new Error(`${name} is not ready:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
  }
  return program;
}

async function untilOk(url: string, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const isOk = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isOk) return;
    await delay(25);
  }
}
