import { expect, test } from 'vitest';
import { changesBetween } from './changes.ts';
import { countsOf } from './counts.ts';

const counts = (rollup: Record<string, number>) => countsOf([rollup]);

test('a provider that begins to fail', () => {
  const before = counts({ 'attempt|twilio|US|accepted': 100 });
  const after = counts({ 'attempt|twilio|US|accepted': 60, 'attempt|twilio|DE|transient': 40 });

  expect(changesBetween(before, after)).toEqual([
    'twilio: 40.0 % of the attempts fail, 0.0 % the hour before.',
  ]);
});

test('messages that arrive less often, and receipts that stop', () => {
  const before = counts({ 'receipt|twilio|US|delivered': 100, 'receipt|vonage|US|delivered': 30 });
  const after = counts({
    'receipt|twilio|US|delivered': 50,
    'receipt|twilio|US|undelivered': 50,
    'attempt|vonage|US|accepted': 30,
  });

  expect(changesBetween(before, after)).toEqual([
    'twilio: 50.0 % of its messages arrive, 100.0 % the hour before.',
    'vonage: delivery receipts have stopped, although it accepted 30 messages.',
  ]);
});

test('a country that grows, and refusals that do', () => {
  const before = counts({ 'accepted|BD': 10, 'refused|limit_reached': 1 });
  const after = counts({ 'accepted|BD': 400, 'refused|limit_reached': 25 });

  expect(changesBetween(before, after)).toEqual([
    'BD: 400 messages were accepted, 10 the hour before.',
    '25 requests were refused for limit reached, 1 the hour before.',
  ]);
});

test('codes that are sent later', () => {
  const before = counts({ 'outcome|US|sent': 100, 'to_sent|250': 100, 'to_sent|5000': 100 });
  const after = counts({ 'outcome|US|sent': 100, 'to_sent|250': 0, 'to_sent|5000': 100 });

  expect(changesBetween(before, after)).toEqual([
    'Codes are sent later: 95 % within 4.8 s, 0.2 s the hour before.',
  ]);
});

test('few messages say nothing', () => {
  expect(
    changesBetween(
      counts({}),
      counts({ 'attempt|twilio|US|transient': 5, 'accepted|BD': 20, 'refused|unauthenticated': 3 }),
    ),
  ).toEqual([]);
});
