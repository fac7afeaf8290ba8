/** The open windows of each outer signal, so that it has one listener for all of them: adding and removing one costs. */
const openWindows = new WeakMap<AbortSignal, Set<AbortController>>();

function windowsWithin(outer: AbortSignal): Set<AbortController> {
  const known = openWindows.get(outer);
  if (known !== undefined) return known;
  const windows = new Set<AbortController>();
  openWindows.set(outer, windows);
  const closeAll = () => windows.forEach((window) => window.abort());
  outer.addEventListener('abort', closeAll, { once: true });
  return windows;
}

/**
 * Runs `call` with a signal that aborts after `timeoutMs` milliseconds, or with `outer`. AbortSignal.any would do
 * the same, but on Node 20 a long-lived signal keeps every signal that was made from it.
 */
export async function withinCallWindow<T>(
  { outer, timeoutMs }: { outer: AbortSignal; timeoutMs: number },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const windows = windowsWithin(outer);
  const window = new AbortController();
  const timer = setTimeout(() => window.abort(), timeoutMs);
  windows.add(window);
  if (outer.aborted) window.abort();
  try {
    return await call(window.signal);
  } finally {
    clearTimeout(timer);
    windows.delete(window);
  }
}
