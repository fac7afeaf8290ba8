/** Milliseconds; just under the limit of a unit test, so that what was expected is told, not only that time is up. */
export const HANG_MS = 18_000;

/** The same for what waits for processes to start, build or end. */
export const PROCESS_HANG_MS = 55_000;
