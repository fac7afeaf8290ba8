import { expect, it } from 'vitest';
import { table } from './report.ts';
import { type Rounds, ratioOf } from './rounds.ts';

const rounds: Rounds = new Map([
  ['gateway', [{ 'accepted/s': 200 }, { 'accepted/s': 900 }, { 'accepted/s': 1500 }]],
  ['plain', [{ 'accepted/s': 100 }, { 'accepted/s': 300 }, { 'accepted/s': 1000 }]],
]);

it('compares the sides round by round', () => {
  expect(ratioOf(rounds, 'accepted/s', 'gateway', 'plain')).toEqual({ median: 2, lowest: 1.5, highest: 3 });
});

it('shows medians, and ratios to the base', () => {
  expect(table('Ingress', rounds, 'plain').split('\n')).toEqual([
    '| Ingress    | gateway                    | plain |',
    '| ---------- | -------------------------- | ----- |',
    '| accepted/s | 900 (x 2.00; 1.50 to 3.00) | 300   |',
    '',
  ]);
});

it('leaves a cell empty where a side has no such figure', () => {
  const lines = table(
    'Cost',
    new Map([
      ['one', [{ 'a, ms': 0.5 }]],
      ['two', [{ 'b, ms': 12.34 }]],
    ]),
    'two',
  ).split('\n');
  expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    '| Cost | one | two |',
    '| ----- | ---- | ---- |',
    '| a, ms | 0.50 | |',
    '| b, ms | | 12.3 |',
    '',
  ]);
});
