import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

/** The groups in the order they ran, and a way to end them one by one. */
function setup(options: { maxItems?: number; fillsFirst?: boolean } = {}) {
  const groups: string[][] = [];
  const ends: (() => void)[] = [];
  const { submit } = createGroupCommit<string, string>({
    run: (items) => {
      groups.push(items);
      return new Promise((resolve) => {
        ends.push(() =>
          resolve(items.map((item) => (item.startsWith('bad') ? new Error(item) : `${item}!`))),
        );
      });
    },
    ...options,
  });
  const send = (item: string, source = 'a', bytes = 1) => submit(item, { source, bytes });
  return { groups, send, endNext: () => ends.shift()?.() };
}

test('items submitted within one turn go together at its end, and each gets its own result', async () => {
  const { groups, send, endNext } = setup();
  const results = Promise.allSettled([send('1'), send('bad'), send('3')]);
  expect(groups).toEqual([]);
  await turn();
  expect(groups).toEqual([['1', 'bad', '3']]);
  endNext();
  expect(await results).toMatchObject([
    { status: 'fulfilled', value: '1!' },
    { status: 'rejected', reason: new Error('bad') },
    { status: 'fulfilled', value: '3!' },
  ]);
});

test('items that arrive while two groups are in progress make the next one', async () => {
  const { groups, send, endNext } = setup();
  const first = send('1');
  await turn();
  void send('2');
  await turn();
  const later = Promise.all([send('3'), send('4')]);
  await turn();
  expect(groups).toEqual([['1'], ['2']]);
  endNext();
  await first;
  expect(groups).toEqual([['1'], ['2'], ['3', '4']]);
  endNext();
  endNext();
  expect(await later).toEqual(['3!', '4!']);
});

test('a group that fills first goes when the one before it ends, or when it is full', async () => {
  const { groups, send, endNext } = setup({ maxItems: 3, fillsFirst: true });
  const first = send('1');
  await turn();
  for (const item of ['2', '3']) void send(item);
  await turn();
  expect(groups).toEqual([['1']]);
  for (const item of ['4', '5']) void send(item);
  await turn();
  expect(groups).toEqual([['1'], ['2', '3', '4']]);
  endNext();
  await first;
  expect(groups).toHaveLength(2);
  endNext();
  await turn();
  expect(groups).toEqual([['1'], ['2', '3', '4'], ['5']]);
});

test('a group has at most 256 KiB and maxItems items, but a single item may be larger', async () => {
  const { groups, send } = setup({ maxItems: 2 });
  for (const item of ['1', '2', '3']) void send(item);
  await turn();
  expect(groups).toEqual([['1', '2'], ['3']]);

  const byBytes = setup();
  for (const [item, kib] of [
    ['1', 128],
    ['2', 128],
    ['3', 1],
    ['huge', 1000],
    ['5', 1],
  ] as const) {
    void byBytes.send(item, 'a', kib * 1024);
  }
  for (let group = 0; group < 4; group += 1) {
    await turn();
    byBytes.endNext();
  }
  expect(byBytes.groups).toEqual([['1', '2'], ['3'], ['huge'], ['5']]);
});

test('sources take turns, so that a burst of one does not hold up the others', async () => {
  const { groups, send, endNext } = setup({ maxItems: 3 });
  for (let index = 1; index <= 6; index += 1) void send(`a${index}`, 'a');
  void send('b1', 'b');
  void send('c1', 'c');
  await turn();
  endNext();
  await turn();
  endNext();
  await turn();
  expect(groups).toEqual([
    ['a1', 'b1', 'c1'],
    ['a2', 'a3', 'a4'],
    ['a5', 'a6'],
  ]);
});

test('a group that fails as a whole rejects its items and those that wait behind it, and none that come later', async () => {
  let calls = 0;
  const { submit } = createGroupCommit<string, string>({
    fillsFirst: true,
    run: async (items) => {
      calls += 1;
      if (calls === 1) await turn();
      if (calls === 1) throw new Error('Connection is closed.');
      return items;
    },
  });
  const send = (item: string) => submit(item, { source: 'a', bytes: 1 });
  const statuses: string[] = [];
  const note = (sent: Promise<string>) => sent.catch(() => statuses.push('rejected'));
  const first = [note(send('1')), note(send('2'))];
  const behind = new Promise((resolve) => {
    setImmediate(() => resolve(note(send('3'))));
  });
  await Promise.all([...first, behind]);
  expect(statuses).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await send('4')).toBe('4');
});
