import { expect, test } from 'vitest';
import { createMessages } from './messages.ts';

test('numbers take turns', () => {
  let next = 0;
  const messages = createMessages({
    numbers: ['+14155550123', '+14155550124'],
    count: 3,
    randomInt: () => next++,
  });

  expect(messages.map(({ recipient }) => recipient)).toEqual([
    '+14155550123',
    '+14155550124',
    '+14155550123',
  ]);
});

test('codes are distinct and have six digits', () => {
  const drawn = [7, 7, 123_456];
  const messages = createMessages({
    numbers: ['+14155550123'],
    count: 2,
    randomInt: () => drawn.shift() ?? 0,
  });

  expect(messages).toEqual([
    { recipient: '+14155550123', code: '000007', text: 'Your verification code is: 000007' },
    { recipient: '+14155550123', code: '123456', text: 'Your verification code is: 123456' },
  ]);
});

test('the code replaces every placeholder of the text', () => {
  const [message] = createMessages({
    numbers: ['+14155550123'],
    count: 1,
    template: '{code} is the code: {code}',
    randomInt: () => 42,
  });

  expect(message?.text).toBe('000042 is the code: 000042');
});
