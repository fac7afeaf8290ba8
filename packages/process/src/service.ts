import type { Registry } from 'prom-client';
import type { Readiness } from './admin.ts';
import { closeWithin } from './lifecycle.ts';
import { createLogger, type LogDestination, type Logger } from './logger.ts';

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

/** What stops a service. */
type Stop = {
  /**
   * Accepts no more work, finishes the work in progress within `SHUTDOWN_TIMEOUT`, and closes everything. Asked again, it
   * resolves with the first. `signal` is for the log.
   */
  stop(cause?: { signal?: string }): Promise<void>;
};

/** A service that runs in this process. Several can, since none touches what the process has only once. */
export type RunningService = Stop & {
  /** Of the private listener. */
  adminPort: number;
  readiness: Readiness;
  /** Loads the configuration again, as on SIGHUP. The log has the result. */
  reload(): void;
};

/**
 * Opens a service in this process. Logs the warnings of its configuration first. If `open` rejects, everything that it
 * added to the teardown is closed. `drain` finishes the work in progress when the service is stopped.
 */
export async function openService<Handle extends object>(
  service: string,
  {
    config: { logLevel, warnings },
    destination,
  }: {
    config: { logLevel: string; warnings: readonly string[] };
    destination: LogDestination | undefined;
  },
  open: (context: {
    logger: Logger;
    teardown: Teardown;
  }) => Promise<Handle & { drain(signal: string | undefined): Promise<'closed' | 'timed_out'> }>,
): Promise<Handle & Stop> {
  const logger = createLogger({ service, level: logLevel, ...(destination && { destination }) });
  for (const warning of warnings) logger.warn({ warning }, 'config.warning');
  const teardown = createTeardown();
  try {
    const opened = await open({ logger, teardown });
    const stop = async (signal: string | undefined): Promise<void> => {
      logger.info({ signal }, `${service}.stopping`);
      const drained = await opened.drain(signal);
      await teardown.run();
      logger.info({ drained: drained === 'closed' }, `${service}.stopped`);
    };
    let stopped: Promise<void> | undefined;
    return { ...opened, stop: ({ signal } = {}) => (stopped ??= stop(signal)) };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

const CLOSE_MS = 1000;

type Teardown = {
  add(close: () => unknown): void;
  /** Closes everything, the newest first. What takes longer than a second, as with a frozen Redis, is left behind. */
  run(): Promise<void>;
};

/** Collects what has to be closed, also when a start fails half-way. */
function createTeardown(): Teardown {
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
