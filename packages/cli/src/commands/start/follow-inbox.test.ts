import { expect, test } from 'vitest';
import { inboxLine } from './follow-inbox.ts';

const MESSAGE = {
  to: '+14155550123',
  body: 'Your code is 493817',
  code: '493817',
  receivedAt: '2026-01-31T12:00:01.000Z',
  arrived: true,
  result: 'delivered',
};

test('a message is its number and code', () => {
  expect(inboxLine(MESSAGE)).toMatch(/^\d\d:\d\d:01 {2}\+14155550123 {2}493817\n$/);
});

test('a message without a code is its text in one line', () => {
  expect(inboxLine({ ...MESSAGE, body: 'Hello\nthere', code: null })).toContain('  Hello there\n');
});

test('one that did not arrive says why', () => {
  expect(inboxLine({ ...MESSAGE, arrived: false, result: 'undelivered' })).toContain(
    '+14155550123  did not arrive: undelivered\n',
  );
});
