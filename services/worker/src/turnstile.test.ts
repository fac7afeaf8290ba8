import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTurnstile } from './turnstile.ts';

it('lets a few callers go on in each turn of the event loop, in the order in which they came', async () => {
  const turnstile = createTurnstile({ perTurn: 2 });
  const passed: number[] = [];
  const callers = [1, 2, 3, 4, 5].map(async (caller) => {
    await turnstile();
    passed.push(caller);
  });
  await Promise.resolve();
  expect(passed).toEqual([1, 2]);
  await nextTurn();
  expect(passed).toEqual([1, 2, 3, 4]);
  await Promise.all(callers);
  expect(passed).toEqual([1, 2, 3, 4, 5]);
});

it('lets nobody wait in a turn that has room', async () => {
  const turnstile = createTurnstile({ perTurn: 2 });
  expect([turnstile(), turnstile()]).toEqual([undefined, undefined]);
  await nextTurn();
  expect(turnstile()).toBeUndefined();
});

it('does not let a newcomer overtake those that wait', async () => {
  const turnstile = createTurnstile({ perTurn: 1 });
  const passed: string[] = [];
  const pass = async (caller: string) => {
    await turnstile();
    passed.push(caller);
  };
  const early = [pass('first'), pass('second'), pass('third')];
  await nextTurn();
  await Promise.all([...early, pass('newcomer')]);
  expect(passed).toEqual(['first', 'second', 'third', 'newcomer']);
});
