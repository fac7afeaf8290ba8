/**
 * Runs `call` with a signal that aborts after `timeoutMs` milliseconds, or with `outer`. AbortSignal.any would do
 * the same, but on Node 20 a long-lived signal keeps every signal that was made from it.
 */
export async function withinCallWindow<T>(
  { outer, timeoutMs }: { outer: AbortSignal; timeoutMs: number },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const window = new AbortController();
  const close = () => window.abort();
  const timer = setTimeout(close, timeoutMs);
  outer.addEventListener('abort', close, { once: true });
  if (outer.aborted) close();
  try {
    return await call(window.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', close);
  }
}
