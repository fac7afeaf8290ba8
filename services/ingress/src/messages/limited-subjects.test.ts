import { expect, test } from 'vitest';
import { createLimitedSubjects } from './limited-subjects.ts';

test('a subject counts once in ten minutes, by rule', () => {
  let at = 0;
  const subjects = createLimitedSubjects({ now: () => at });

  expect(subjects.isNew('recipient_hour', 'a')).toBe(true);
  expect(subjects.isNew('recipient_hour', 'a')).toBe(false);
  expect(subjects.isNew('recipient_hour', 'b')).toBe(true);
  expect(subjects.isNew('ip_hour', 'a')).toBe(true);
  at = 599_999;
  expect(subjects.isNew('recipient_hour', 'a')).toBe(false);
  at = 600_000;
  expect(subjects.isNew('recipient_hour', 'a')).toBe(true);
});

test('an attack of any size takes bounded memory, and the oldest are forgotten', () => {
  const subjects = createLimitedSubjects({ now: () => 0 });

  for (let number = 0; number <= 10_000; number += 1) subjects.isNew('ip_hour', String(number));

  expect(subjects.isNew('ip_hour', '10000')).toBe(false);
  expect(subjects.isNew('ip_hour', '0')).toBe(true);
});
