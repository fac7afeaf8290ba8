import { expect, test } from 'vitest';
import { suggest } from './suggest.ts';

const KEYS = ['audience', 'messageTtl', 'secrets', 'secretsBase64', 'fsync'];

test.each([
  ['audiance', 'audience'],
  ['message_ttl', 'messageTtl'],
  ['MESSAGETTL', 'messageTtl'],
  ['secret', 'secrets'],
  ['fsnyc', 'fsync'],
])('recognises %s as a typo of %s', (word, expected) => {
  expect(suggest(word, KEYS)).toBe(expected);
});

test('suggests nothing for a word unlike all candidates', () => {
  expect(suggest('port', KEYS)).toBeUndefined();
});
