import { setMaxListeners } from 'node:events';

/** Ends calls that began in the same turn of the event loop and may take equally long. It has a timer once the turn is over. */
type CallWindow = {
  controller: AbortController;
  timeoutMs: number;
  timer: NodeJS.Timeout | undefined;
  calls: number;
};

type OpenWindows = { all: Set<CallWindow>; newest: CallWindow | undefined };

/** The open windows of each outer signal, so that it has one listener for all of them: adding and removing one costs. */
const openWindows = new WeakMap<AbortSignal, OpenWindows>();

function windowsWithin(outer: AbortSignal): OpenWindows {
  const known = openWindows.get(outer);
  if (known !== undefined) return known;
  const windows: OpenWindows = { all: new Set(), newest: undefined };
  openWindows.set(outer, windows);
  const closeAll = () => windows.all.forEach(({ controller }) => controller.abort());
  outer.addEventListener('abort', closeAll, { once: true });
  return windows;
}

/**
 * The time of all calls runs from the end of the turn: one that begins late in a long turn must not be aborted early, for
 * then it would be unknown whether it sent anything.
 */
function openWindow(windows: OpenWindows, timeoutMs: number): CallWindow {
  if (windows.newest?.timeoutMs === timeoutMs) return windows.newest;
  const controller = new AbortController();
  // Each call listens to it, and Node takes more than ten listeners for a leak and warns.
  setMaxListeners(0, controller.signal);
  const window: CallWindow = { controller, timeoutMs, timer: undefined, calls: 0 };
  windows.all.add(window);
  windows.newest = window;
  setImmediate(() => {
    if (windows.newest === window) windows.newest = undefined;
    if (window.calls > 0) window.timer = setTimeout(() => controller.abort(), timeoutMs);
  });
  return window;
}

function leave(windows: OpenWindows, window: CallWindow): void {
  window.calls -= 1;
  if (window.calls > 0) return;
  clearTimeout(window.timer);
  windows.all.delete(window);
  if (windows.newest === window) windows.newest = undefined;
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
  const window = openWindow(windows, timeoutMs);
  window.calls += 1;
  if (outer.aborted) window.controller.abort();
  try {
    return await call(window.controller.signal);
  } finally {
    leave(windows, window);
  }
}
