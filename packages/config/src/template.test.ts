import { expect, test } from 'vitest';
import { describeTemplate } from './template.ts';

test.each(['@@password@@', '@@code@@', '{{ code }}', '{{password | upcase}}'])(
  '%s counts as the six digits of a code',
  (macro) => {
    const segmentsWith = (others: number) => describeTemplate(macro + 'x'.repeat(others)).segments;

    expect([segmentsWith(154), segmentsWith(155)]).toEqual([1, 2]);
  },
);

test('the summary names the characters that make a template cost more', () => {
  expect(describeTemplate(`Ihr Code… @@password@@ „${'x'.repeat(60)}“`)).toEqual({
    segments: 2,
    summary: '2 segments, UCS-2, because of U+2026 …, U+201E „, U+201C “',
  });
  expect(describeTemplate('x'.repeat(161)).summary).toBe('2 segments, GSM-7, because of its length');
  expect(describeTemplate('Your code is @@password@@').summary).toBe('1 segment, GSM-7');
});
