import { expect, test } from 'vitest';
import { createMessageIds } from './message-ids.ts';

test('leaves an id alone that it does not know', () => {
  expect(createMessageIds().resolve('00FF')).toBe('00FF');
});

test('does not take a short counter for the hexadecimal form of another', () => {
  const ids = createMessageIds();
  ids.remember('10');

  expect(ids.resolve('16')).toBe('16');
});

test('forgets the oldest id beyond its capacity, and not one that came again', () => {
  const ids = createMessageIds(2);
  for (const id of ['00000001', '00000002', '00000001', '00000003']) ids.remember(id);

  expect(['1', '2', '3'].map((id) => ids.resolve(id))).toEqual(['00000001', '2', '00000003']);
});
