import type { Logger } from '@sms-gateway/process';

/** Refusals of unauthenticated requests that get their own log line per second. */
const LINES_PER_SECOND = 20;
const WINDOW_MS = 1000;

export type RefusalLog = {
  /** Whether this refusal gets a line. The others share one line at the end of the second. */
  takes(problem: string): boolean;
};

/**
 * Keeps a flood of unauthenticated requests out of the log. The metrics count every request.
 * `after` calls back after the given milliseconds.
 */
export function createRefusalLog({
  logger,
  after = (ms, callback) => void setTimeout(callback, ms).unref(),
}: {
  logger: Logger;
  after?: (ms: number, callback: () => void) => void;
}): RefusalLog {
  let lines = 0;
  let unlogged: Record<string, number> = {};

  function close(): void {
    if (Object.keys(unlogged).length > 0) logger.warn({ problems: unlogged }, 'request.refusals_unlogged');
    lines = 0;
    unlogged = {};
  }

  return {
    takes: (problem) => {
      if (lines === 0) after(WINDOW_MS, close);
      lines += 1;
      if (lines <= LINES_PER_SECOND) return true;
      unlogged[problem] = (unlogged[problem] ?? 0) + 1;
      return false;
    },
  };
}
