import { expect, test } from 'vitest';
import { drawOrder } from './draw-order.ts';

const choices = [
  { name: 'a', weight: 50 },
  { name: 'b', weight: 30 },
  { name: 'c', weight: 20 },
];
const orders = Array.from({ length: 10_000 }, (_, index) =>
  drawOrder(choices, `msg_${index}`)
    .map(({ name }) => name)
    .join(''),
);

// Another order for a message in hand would send it twice over the same provider after an update.
test('the order of a message is the same in every version', () => {
  expect(orders.slice(0, 8)).toEqual(['cab', 'bac', 'bac', 'cba', 'bac', 'acb', 'abc', 'bac']);
});

test('does not depend on the order in which the choices are given', () => {
  const reversed = choices.toReversed();

  expect(orders.slice(0, 100)).toEqual(
    Array.from({ length: 100 }, (_, index) =>
      drawOrder(reversed, `msg_${index}`)
        .map(({ name }) => name)
        .join(''),
    ),
  );
});

// Drawing without putting back: first by weight, then by weight among those left. 0.015 is three standard deviations.
test.each([
  ['abc', 0.5 * (30 / 50)],
  ['acb', 0.5 * (20 / 50)],
  ['bac', 0.3 * (50 / 70)],
  ['bca', 0.3 * (20 / 70)],
  ['cab', 0.2 * (50 / 80)],
  ['cba', 0.2 * (30 / 80)],
])('%s comes as often as the weights say', (order, chance) => {
  const share = orders.filter((drawn) => drawn === order).length / orders.length;

  expect(Math.abs(share - chance)).toBeLessThan(0.015);
});

test('only the weights’ ratio counts', () => {
  const scaled = choices.map(({ name, weight }) => ({ name, weight: weight / 1000 }));
  const names = (drawn: { name: string }[]) => drawn.map(({ name }) => name);

  expect(names(drawOrder(scaled, 'msg_5'))).toEqual(names(drawOrder(choices, 'msg_5')));
});

test('a choice with a chance of one in a million comes last', () => {
  const uneven = [
    { name: 'rare', weight: 0.000_1 },
    { name: 'usual', weight: 100 },
  ];

  for (let index = 0; index < 1_000; index += 1) {
    expect(drawOrder(uneven, `msg_${index}`)[1]?.name).toBe('rare');
  }
});
