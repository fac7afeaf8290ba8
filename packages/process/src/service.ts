import type { Registry } from 'prom-client';
import type { Readiness } from './admin.ts';
import { closeWithin } from './lifecycle.ts';
import type { LogDestination } from './logger.ts';

/** What a service may be given when it is started; without it, what a process of its own uses. */
export type ServiceOptions<Source> = {
  /** Where the configuration came from; without it a reload changes nothing. */
  source?: Source | undefined;
  /** Takes the log lines; standard output without it. */
  destination?: LogDestination | undefined;
  registry?: Registry | undefined;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
};

/** A service that runs in this process. Several can, since none touches what the process has only once. */
export type RunningService = {
  /** Of the private listener. */
  adminPort: number;
  readiness: Readiness;
  /** Loads the configuration again, as on SIGHUP. The log has the result. */
  reload(): void;
  /**
   * Accepts no more work, finishes the work in progress within `SHUTDOWN_TIMEOUT`, and closes everything. Asked again, it
   * resolves with the first. `signal` is for the log.
   */
  stop(cause?: { signal?: string }): Promise<void>;
};

const CLOSE_MS = 1000;

export type Teardown = {
  add(close: () => unknown): void;
  /** Closes everything, the newest first. What takes longer than a second, as with a frozen Redis, is left behind. */
  run(): Promise<void>;
};

/** Collects what has to be closed, also when a start fails half-way. */
export function createTeardown(): Teardown {
  const closers: (() => unknown)[] = [];
  return {
    add: (close) => void closers.push(close),
    run: async () => {
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) {
        const closer = close;
        await closeWithin(CLOSE_MS, async () => void (await closer()));
      }
    },
  };
}
