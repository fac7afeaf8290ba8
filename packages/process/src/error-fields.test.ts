import { expect, test } from 'vitest';
import { errorFields, scrub } from './error-fields.ts';

test.each([
  ['your code is 123456', 'your code is [digits]'],
  ['to +1 (415) 555-0100 now', 'to +[digits] now'],
  ['415.555.0100', '[digits]'],
  ['connect ECONNREFUSED 10.0.0.1:80 after 3 tries', 'connect ECONNREFUSED 10.0.0.1:80 after 3 tries'],
  ['redis://user:hunter2@redis:80 failed', 'redis://[redacted]@redis:80 failed'],
  ['Authorization: Bearer ab.cd-ef', 'Authorization: Bearer [redacted]'],
  ['key QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo is bad', 'key [redacted] is bad'],
])('scrubs %j', (text, expected) => {
  expect(scrub(text)).toBe(expected);
});

test('gives name, code, scrubbed first line and frames of an error, and nothing else of it', () => {
  const error = Object.assign(new TypeError('failed for +14155550100\nbody: Your code is 123456'), {
    code: 'ECONNRESET',
    config: { auth: 'canary' },
    cause: new Error('canary'),
  });

  const fields = errorFields(error);

  expect(fields).toEqual({
    name: 'TypeError',
    errorCode: 'ECONNRESET',
    message: 'failed for +[digits]',
    stack: expect.any(Array),
  });
  expect(fields.stack?.[0]).toMatch(/^at .*error-fields\.test\.ts/);
  expect(JSON.stringify(fields)).not.toMatch(/canary|4155550100|123456/);
});

test('gives no code that is free text, and nothing of a value that is no error', () => {
  const error = Object.assign(new Error('x'), { name: 'Your code is 123456', code: '123456' });

  expect(errorFields(error)).toMatchObject({ name: 'Error', message: 'x' });
  expect(errorFields(error)).not.toHaveProperty('errorCode');
  expect(errorFields('Your code is 123456')).toEqual({
    name: 'string',
    message: 'a value that is not an Error',
  });
});
