import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

/** Groups as they were run, and a way to end them one by one. */
function setup(
  options: { maxItems?: number; maxBytes?: number; maxInFlight?: number; fillsFirst?: boolean } = {},
) {
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

test('what is submitted within one turn goes together, at its end, and each gets its own result', async () => {
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

test('what comes while as many groups are under way as may be makes the next one', async () => {
  const { groups, send, endNext } = setup({ maxInFlight: 1 });
  const first = send('1');
  await turn();
  const later = Promise.all([send('2'), send('3')]);
  await turn();
  expect(groups).toEqual([['1']]);
  endNext();
  await first;
  expect(groups).toEqual([['1'], ['2', '3']]);
  endNext();
  expect(await later).toEqual(['2!', '3!']);
});

test('a group that is to fill first goes when the one before it ends, or when it is full', async () => {
  const { groups, send, endNext } = setup({ maxItems: 3, maxInFlight: 2, fillsFirst: true });
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

test('a group has no more items, and no more bytes, than it may; one item may have more', async () => {
  const { groups, send } = setup({ maxItems: 2, maxInFlight: 9 });
  for (const item of ['1', '2', '3']) void send(item);
  await turn();
  expect(groups).toEqual([['1', '2'], ['3']]);

  const byBytes = setup({ maxBytes: 10, maxInFlight: 9 });
  for (const [item, bytes] of [
    ['1', 6],
    ['2', 5],
    ['huge', 100],
    ['4', 1],
  ] as const) {
    void byBytes.send(item, 'a', bytes);
  }
  await turn();
  expect(byBytes.groups).toEqual([['1'], ['2'], ['huge'], ['4']]);
});

test('sources take turns, so that a burst of one does not hold up the others', async () => {
  const { groups, send, endNext } = setup({ maxItems: 3, maxInFlight: 1 });
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

test('a group that fails as a whole fails for each of its items and for what waits behind it, and for nothing later', async () => {
  let calls = 0;
  const { submit } = createGroupCommit<string, string>({
    maxInFlight: 1,
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
