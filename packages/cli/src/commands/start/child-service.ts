import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { lastLines } from '@sms-gateway/dev-redis';
import { NODE_SETTINGS } from '@sms-gateway/process';

export type ChildService = {
  name: string;
  /** Resolves with a sentence for people, including the end of its log, when the process has ended. */
  ended: Promise<string>;
  /**
   * Resolves once it is ready for work. Rejects if it ends first, reports a reason that persists, or is not ready
   * within `timeoutMs`.
   */
  untilReady(timeoutMs: number): Promise<void>;
  /** Asks it to drain, and kills it after `patienceMs`. Resolves when it is gone. */
  stop(patienceMs: number): Promise<'ended' | 'killed'>;
};

type Options = {
  name: string;
  /** The program, compiled. */
  file: string;
  env: NodeJS.ProcessEnv;
  adminPort: number;
  /** Overwritten; receives everything that it prints. */
  logFile: string;
};

/** A reason for not being ready that lasts longer than this is permanent. */
const REASONS_FOR_MS = 5000;

/**
 * Loaded before a service's own program: when the parent process is gone, even if it was killed, its end of the pipe
 * closes and the service drains. The pipe alone must not keep the service alive.
 */
const END_WITH_PARENT = `data:text/javascript,${encodeURIComponent(
  "process.stdin.once('close', () => process.kill(process.pid, 'SIGTERM')).resume().unref();",
)}`;

/** Starts one of the services as a separate process, which ends when this one does. */
export function startService({ name, file, env, adminPort, logFile }: Options): ChildService {
  const log = openSync(logFile, 'w', 0o600);
  // A separate process group, because this process stops its services in order on Ctrl-C.
  const child = spawn(process.execPath, [...NODE_SETTINGS.flags, '--import', END_WITH_PARENT, file], {
    detached: true,
    stdio: ['pipe', log, log],
    env: { ...NODE_SETTINGS.env, ...env },
  });
  closeSync(log);
  const exited = once(child, 'exit').then(
    () => undefined,
    (error: Error) => error.message,
  );
  const ended = exited.then(async (failure) => {
    const how = failure ?? child.signalCode ?? `exit code ${child.exitCode}`;
    return `The ${name} ended (${how}):\n${await lastWords(logFile)}`;
  });
  let hasEnded = false;
  void exited.then(() => (hasEnded = true));

  return {
    name,
    ended,
    untilReady: async (timeoutMs) => {
      const deadline = performance.now() + timeoutMs;
      let reasonsUntil = Number.POSITIVE_INFINITY;
      let reasons: string[] = [];
      while (performance.now() < Math.min(deadline, reasonsUntil)) {
        if (hasEnded) throw new Error(await ended);
        const answer = await askReadiness(adminPort);
        if (answer === 'ready') return;
        reasons = answer;
        if (reasons.length === 0) reasonsUntil = Number.POSITIVE_INFINITY;
        else reasonsUntil = Math.min(reasonsUntil, performance.now() + REASONS_FOR_MS);
        await Promise.race([exited, delay(25)]);
      }
      throw new Error(
        reasons.length > 0
          ? `The ${name} is not ready: ${reasons.join('; ')}`
          : `The ${name} is not ready after ${timeoutMs / 1000} s. Its log ends with:\n${await lastWords(logFile)}`,
      );
    },
    stop: async (patienceMs) => {
      let outcome: 'ended' | 'killed' = 'ended';
      const timer = setTimeout(() => {
        outcome = 'killed';
        child.kill('SIGKILL');
      }, patienceMs);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(timer);
      return outcome;
    },
  };
}

const notReadySchema = z.object({ reasons: z.array(z.string()) });

async function askReadiness(adminPort: number): Promise<'ready' | string[]> {
  try {
    const response = await fetch(`http://127.0.0.1:${adminPort}/readyz`, {
      signal: AbortSignal.timeout(2000),
    });
    return response.ok ? 'ready' : notReadySchema.parse(await response.json()).reasons;
  } catch {
    return [];
  }
}

/** The message for people at the end of the log, or else its last JSON line. */
async function lastWords(logFile: string): Promise<string> {
  const lines = await lastLines(logFile, 20);
  const plain = lines.filter((line) => !line.startsWith('{'));
  return (plain.length > 0 ? plain : lines.slice(-1)).join('\n');
}
