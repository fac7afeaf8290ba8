import type { Readable, Writable } from 'node:stream';

/** What a command reads from and writes to, and how it learns that it is to stop. */
export type Io = {
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable & { isTTY?: boolean; columns?: number };
  stderr: Writable & { isTTY?: boolean };
  /** Resolves at the first Ctrl-C, SIGTERM or SIGHUP. Until a command asks, a signal ends the process as usual. */
  untilStopSignal(): Promise<NodeJS.Signals>;
};

/** Milliseconds in which further signals are the same Ctrl-C: the terminal's, and npm's copy of it. */
const SAME_PRESS_MS = 1000;

/** The streams and signals of this process. A second signal, later than a moment, ends it with 130. */
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
