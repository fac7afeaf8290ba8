/** The result of `work`, or undefined as soon as the signal is aborted; the work goes on. It must not reject. */
export function untilAborted<T extends object>(
  work: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const settle = (result: T | undefined) => {
      signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const abort = () => settle(undefined);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else void work.then(settle);
  });
}
