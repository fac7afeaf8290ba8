import type { Trace } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { ACCEPTED } from '../../../../../test/support/sample-trace.ts';
import type { ActionEnd } from '../../tenant/run-action.ts';
import type { Followed } from './follow.ts';
import { isSuccess, type Result } from './result.ts';
import { summarise, summaryLines } from './summary.ts';

const traceOf = (outcome: Trace['outcome'], ms: number): Trace => ({
  ...ACCEPTED,
  outcome,
  outcomeAt: outcome && 1000 + ms,
});

const ended = (outcome: 'sent' | 'superseded', ms = 20): Followed => ({
  kind: 'concluded',
  outcome,
  trace: traceOf(outcome, ms),
});
const noOutcome: Followed = { kind: 'no_outcome', trace: traceOf(undefined, 0) };
const notFollowed: Followed = { kind: 'not_followed', why: { kind: 'no_redis' } };

function result(followed: Followed | undefined, status = 200, end?: ActionEnd): Result {
  const answer = { kind: 'answered', status, body: '', durationMs: 5 } as const;
  const call = end ? { answer, action: { end, logged: [], answers: [], durationMs: 5 } } : { answer };
  return { number: 1, recipient: '+14155550123', call, followed };
}

test('answers, outcomes and the times of what was sent are counted', () => {
  const results = [
    result(ended('sent', 40)),
    result(ended('superseded', 999)),
    result(ended('sent', 10)),
    result(undefined, 422),
    result(ended('sent', 16)),
    result(noOutcome),
    result(ended('sent', 12)),
  ];

  expect(summaryLines(summarise(results, { count: 7, durationMs: 1234.5 }))).toEqual([
    '7 messages in 1.2 s',
    'Answers:         200 × 6, 422 × 1',
    'Outcomes:        sent × 4, superseded × 1, no outcome × 1',
    'Accept to sent:  min 10 ms, median 14 ms, max 40 ms',
    expect.stringContaining('Give several NUMBERs'),
    expect.stringContaining('Is a worker running?'),
  ]);
});

test('the median of an odd number of times is the middle one', () => {
  const results = [30, 5, 7].map((ms) => result(ended('sent', ms)));

  expect(summarise(results, { count: 3, durationMs: 1 }).acceptToSentMs).toEqual({
    min: 5,
    median: 7,
    max: 30,
  });
});

test('messages that were stopped before their answer are not counted', () => {
  const lines = summaryLines(summarise([result(notFollowed)], { count: 5, durationMs: 100 }));

  expect(lines).toEqual([
    '1 of 5 messages in 0.1 s',
    'Answers:         200 × 1',
    'Outcomes:        not followed × 1',
  ]);
});

test('if nothing was accepted there are no outcomes', () => {
  const lines = summaryLines(summarise([result(undefined, 422)], { count: 1, durationMs: 100 }));

  expect(lines).toEqual(['1 messages in 0.1 s', 'Answers:         422 × 1']);
});

test('the ends of the Action are counted if one made the calls', () => {
  const results = [
    result(ended('sent'), 200, { kind: 'returned' }),
    result(undefined, 503, { kind: 'retry', reason: 'gateway 503' }),
  ];

  expect(summaryLines(summarise(results, { count: 2, durationMs: 1 }))).toContain(
    'The Action:      returned × 1, retry × 1',
  );
});

test.each([
  ['sent', result(ended('sent')), true],
  ['taken, and not followed', result(notFollowed), true],
  ['superseded', result(ended('superseded')), false],
  ['without an outcome', result(noOutcome), false],
  ['stopped', result({ kind: 'stopped', trace: undefined }), false],
  ['refused', result(undefined, 422), false],
  [
    'taken, but the Action asks for another try',
    result(ended('sent'), 200, { kind: 'retry', reason: '' }),
    false,
  ],
])('a message that was %s', (_what, of, isOk) => {
  expect(isSuccess(of)).toBe(isOk);
});
