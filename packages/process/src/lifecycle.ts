import { ConfigError } from '@sms-gateway/config';
import { errorFields } from './error-fields.ts';
import { ListenError } from './listen.ts';
import { createLogger } from './logger.ts';
import { standardOutput } from './standard-output.ts';
import { logStrayOutput } from './stray-output.ts';

/** sysexits.h EX_CONFIG: something was found in an unconfigured or misconfigured state. */
const EX_CONFIG = 78;

/** A terminal and npm both pass on one Ctrl-C. Within this time, a second signal is the same request. */
const SAME_REQUEST_MS = 500;

/** Milliseconds for which the end of the process waits for its last log lines; the exit itself waits for a slow reader. */
const LAST_LINES_MS = 100;

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/**
 * Resolves with the first SIGTERM or SIGINT. Another one, more than half a second later, ends the process at once with
 * exit code 1: the user does not want to wait for the drain.
 */
export function untilSignal(
  service: string,
  { now = Date.now }: { now?: () => number } = {},
): Promise<StopSignal> {
  return new Promise((resolve) => {
    let stoppingSinceMs: number | undefined;
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        if (stoppingSinceMs === undefined) {
          stoppingSinceMs = now();
          resolve(signal);
        } else if (now() - stoppingSinceMs > SAME_REQUEST_MS) {
          createLogger({ service, level: 'warn' }).warn({ signal }, 'process.stopped_at_once');
          process.exit(1);
        }
      });
    }
  });
}

/** Waits for `close`, but not longer than `timeoutMs`. Rejects if `close` does. */
export async function closeWithin(
  timeoutMs: number,
  close: () => Promise<void>,
): Promise<'closed' | 'timed_out'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'timed_out'>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, 'timed_out');
  });
  try {
    return await Promise.race([close().then(() => 'closed' as const), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a process from start to end: exit 0 when `main` resolves, 78 with every problem on standard error
 * for a `ConfigError`, 1 with one line for anything else. An uncaught exception or unhandled rejection is
 * logged without its message's digits and ends the process with 1. Output that bypasses the logger becomes
 * a log line.
 */
export async function runMain(service: string, main: () => Promise<void>): Promise<never> {
  const crash = (event: string) => (error: unknown) => {
    createLogger({ service, level: 'fatal' }).fatal({ err: error }, event);
    process.exit(1);
  };
  process.on('uncaughtException', crash('process.uncaught_exception'));
  process.on('unhandledRejection', crash('process.unhandled_rejection'));
  logStrayOutput(createLogger({ service, level: 'warn' }));
  // A reload may be asked for while there is nothing to reload yet, and the signal's default would end the process.
  process.on('SIGHUP', () => undefined);
  // The signal's default opens Node's inspector, through which memory with secrets and codes can be read.
  process.on('SIGUSR1', () => undefined);
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${sentenceFor(service, error)}\n`);
    process.exit(error instanceof ConfigError ? EX_CONFIG : 1);
  }
  await closeWithin(LAST_LINES_MS, () => standardOutput.flushed());
  process.exit(0);
}

function sentenceFor(service: string, error: unknown): string {
  if (error instanceof ConfigError || error instanceof ListenError) return error.message;
  const { name, errorCode, message } = errorFields(error);
  return `${service} could not go on: ${name}${errorCode === undefined ? '' : ` ${errorCode}`}: ${message}`;
}
