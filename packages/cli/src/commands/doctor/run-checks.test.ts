import { expect, test } from 'vitest';
import { failed, ok } from './finding.ts';
import { type Check, runChecks } from './run-checks.ts';

const run = (checks: Check<string>[], timeLimitMs = 60_000) =>
  runChecks({ checks, facts: 'facts', timeLimitMs });

test('findings keep the order and names of the checks, whichever ends first', async () => {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const findings = await run([
    { name: 'slow', run: (facts) => released.then(() => [ok(facts), failed('second', 'do it')]) },
    {
      name: 'quick',
      // Only if both run at once does the slow one ever end.
      run: () => {
        release();
        return [ok('quick')];
      },
    },
  ]);

  expect(findings.map(({ name, finding }) => [name, finding])).toEqual([
    ['slow', 'facts'],
    ['slow', 'second'],
    ['quick', 'quick'],
  ]);
});

test.each([
  [
    'an error with a code',
    Object.assign(new Error('the-secret is wrong'), { code: 'EACCES' }),
    'ended unexpectedly (EACCES)',
  ],
  ['an error of a kind', new TypeError('the-secret is undefined'), 'ended unexpectedly (TypeError)'],
])('%s fails its check, with its kind, and hides no other finding', async (_title, error, finding) => {
  const findings = await run([
    {
      name: 'broken',
      run: () => {
        throw error;
      },
    },
    { name: 'rejected', run: () => Promise.reject(error) },
    { name: 'sound', run: () => [ok('fine')] },
  ]);

  expect(findings).toMatchObject([
    { name: 'broken', status: 'failed', finding },
    { name: 'rejected', status: 'failed', finding },
    { name: 'sound', status: 'ok' },
  ]);
  expect(JSON.stringify(findings)).not.toContain('the-secret');
});

test('a check that does not end in time is a failure', async () => {
  const findings = await run([{ name: 'hangs', run: () => new Promise(() => {}) }], 10);

  expect(findings).toMatchObject([
    { name: 'hangs', status: 'failed', finding: 'not finished within 0.01 s' },
  ]);
});
