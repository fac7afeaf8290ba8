/** Milliseconds in which further signals are the same Ctrl-C: the terminal's, and npm's copy of it. */
const SAME_PRESS_MS = 1000;

/**
 * Resolves at the first Ctrl-C, SIGTERM or SIGHUP. A second one, later than a moment, calls `onImpatience`.
 */
export function untilStopSignal(onImpatience: () => void): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (firstAt === undefined) {
          firstAt = performance.now();
          resolve(signal);
        } else if (performance.now() - firstAt > SAME_PRESS_MS) {
          onImpatience();
        }
      });
    }
  });
}
