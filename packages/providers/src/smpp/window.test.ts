import { expect, test } from 'vitest';
import { createSendWindow } from './window.ts';

const idle = () => new AbortController().signal;

/** Takes a place and notes under a name how that ended. */
function createEntries(window: ReturnType<typeof createSendWindow>) {
  const entries: string[] = [];
  return {
    entries,
    take: (name: string, signal = idle()) =>
      void window.take(signal).then((entry) => entries.push(`${name} ${entry}`)),
  };
}

const settled = () => new Promise(setImmediate);

test('lets in who came first as places become free', async () => {
  const window = createSendWindow(1);
  const { entries, take } = createEntries(window);
  for (const name of ['a', 'b', 'c']) take(name);

  await settled();
  expect(entries).toEqual(['a taken']);
  window.release();
  await settled();
  expect(entries).toEqual(['a taken', 'b taken']);
  window.release();
  window.release();
  await settled();
  take('d');
  await settled();
  expect(entries).toEqual(['a taken', 'b taken', 'c taken', 'd taken']);
});

test('gives no place to one who left', async () => {
  const window = createSendWindow(1);
  const { entries, take } = createEntries(window);
  const controller = new AbortController();
  take('a');
  take('b', controller.signal);
  take('c');

  controller.abort();
  window.release();
  take('d', controller.signal);

  await settled();
  expect(entries.toSorted()).toEqual(['a taken', 'b aborted', 'c taken', 'd aborted']);
});

test('sends everybody away once it is closed', async () => {
  const window = createSendWindow(1);
  const { entries, take } = createEntries(window);
  take('a');
  take('b');

  window.close();
  window.release();
  take('c');

  await settled();
  expect(entries.toSorted()).toEqual(['a taken', 'b closed', 'c closed']);
});
