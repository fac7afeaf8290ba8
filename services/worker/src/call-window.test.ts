import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { withinCallWindow } from './call-window.ts';

const LONG_MS = 60_000;

/** A call that lasts until `end` is called or its signal aborts. */
function startCall(outer: AbortSignal, timeoutMs: number) {
  let resolve: (end: 'ended' | 'aborted') => void = () => {};
  const ended = new Promise<'ended' | 'aborted'>((settle) => {
    resolve = settle;
  });
  let given: AbortSignal | undefined;
  const result = withinCallWindow({ outer, timeoutMs }, (signal) => {
    given = signal;
    if (signal.aborted) resolve('aborted');
    signal.addEventListener('abort', () => resolve('aborted'));
    return ended;
  });
  return { result, signal: () => given, end: () => resolve('ended') };
}

test('a call is aborted at the end of its time, and one that may take longer goes on', async () => {
  const outer = new AbortController();
  const [short, long] = [startCall(outer.signal, 5), startCall(outer.signal, LONG_MS)];

  expect(await short.result).toBe('aborted');
  expect(long.signal()?.aborted).toBe(false);
  long.end();
  expect(await long.result).toBe('ended');
});

test('calls that begin together share a signal until the next turn of the event loop', async () => {
  const { signal: outer } = new AbortController();
  const [first, second] = [startCall(outer, LONG_MS), startCall(outer, LONG_MS)];
  await nextTurn();
  await nextTurn();
  const later = startCall(outer, LONG_MS);

  expect(first.signal()).toBe(second.signal());
  expect(first.signal()).not.toBe(later.signal());
  for (const call of [first, second, later]) call.end();
});

test('a call whose neighbour has ended is still aborted at the end of its time', async () => {
  const { signal: outer } = new AbortController();
  const [first, second] = [startCall(outer, 5), startCall(outer, 5)];
  first.end();

  expect(await first.result).toBe('ended');
  expect(await second.result).toBe('aborted');
});

test('a call that begins late in a long turn of the event loop has all of its time', async () => {
  const { signal: outer } = new AbortController();
  const first = startCall(outer, 20);
  const turnEndsAt = performance.now() + 15;
  while (performance.now() < turnEndsAt);
  const beganAt = performance.now();
  const late = startCall(outer, 20);

  expect(await Promise.all([first.result, late.result])).toEqual(['aborted', 'aborted']);
  // Timers count whole milliseconds.
  expect(performance.now() - beganAt).toBeGreaterThanOrEqual(19);
});

test('a call that ends in the turn in which it began sets no timer', async () => {
  const setTimer = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => setTimer.mockRestore());
  const { signal: outer } = new AbortController();
  const call = startCall(outer, LONG_MS);
  call.end();
  await call.result;
  await nextTurn();

  expect(setTimer).not.toHaveBeenCalledWith(expect.anything(), LONG_MS);
});

test('a call that begins in the turn in which another one ended has a time limit of its own', async () => {
  const { signal: outer } = new AbortController();
  const first = startCall(outer, 5);
  first.end();
  await first.result;

  expect(await startCall(outer, 5).result).toBe('aborted');
});

test('all calls are aborted with the outer signal, and so are those that begin afterwards', async () => {
  const outer = new AbortController();
  const calls = [startCall(outer.signal, LONG_MS), startCall(outer.signal, 2 * LONG_MS)];
  outer.abort();

  expect(await Promise.all(calls.map(({ result }) => result))).toEqual(['aborted', 'aborted']);
  expect(await startCall(outer.signal, LONG_MS).result).toBe('aborted');
});
