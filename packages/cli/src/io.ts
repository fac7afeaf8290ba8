import type { Readable, Writable } from 'node:stream';

/** The streams of a command, and the signal that stops it. */
export type Io = {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean };
  /** Resolves at the first Ctrl-C, SIGTERM or SIGHUP. Until a command calls this, a signal ends the process as usual. */
  untilStopSignal(): Promise<NodeJS.Signals>;
};

/** A second signal within this time is the same Ctrl-C: npm repeats the one of the terminal. */
const SAME_PRESS_MS = 1000;

/** The streams and signals of this process. A second Ctrl-C ends it with 130. */
export const processIo: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  untilStopSignal: () =>
    new Promise((resolve) => {
      let firstAt: number | undefined;
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => {
          if (firstAt === undefined) {
            firstAt = performance.now();
            resolve(signal);
          } else if (performance.now() - firstAt > SAME_PRESS_MS) {
            process.exit(130);
          }
        });
      }
    }),
};
