import { expect, it } from 'vitest';
import { passedBeforeRefusal } from './sharding.ts';

const inTurn = () => {
  let next = 0;
  return () => (next++ % 4) / 4;
};

it('refuses where one shard has had its share, however much room the others have', () => {
  expect(passedBeforeRefusal(40, 4, () => 0)).toBe(10);
  expect(passedBeforeRefusal(40, 4, inTurn())).toBe(40);
  expect(passedBeforeRefusal(5, 4, () => 0.99)).toBe(2);
});
