import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createCohort, endStep } from './cohort.ts';

function setup() {
  const cohort = createCohort();
  const steps: string[] = [];
  const go = async (name: string) => {
    await cohort.gather();
    steps.push(`${name} authenticates`);
    await endStep();
    steps.push(`${name} is screened`);
    await endStep();
    steps.push(`${name} is sealed`);
  };
  return { go, steps };
}

test('those that arrive in the same turn take each step one after the other', async () => {
  const { go, steps } = setup();

  await Promise.all([go('a'), go('b'), go('c')]);

  expect(steps.map((step) => step.slice(2))).toEqual([
    'authenticates',
    'authenticates',
    'authenticates',
    'is screened',
    'is screened',
    'is screened',
    'is sealed',
    'is sealed',
    'is sealed',
  ]);
});

test('nobody waits for those of the next turn', async () => {
  const { go, steps } = setup();

  const first = go('a');
  await nextTurn();
  const second = go('b');
  await Promise.all([first, second]);

  expect(steps.slice(0, 3)).toEqual(['a authenticates', 'a is screened', 'a is sealed']);
});
