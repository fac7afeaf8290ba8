import type { Trace, TraceAttempt } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { violationsOf } from './check-message.ts';

const attempt = (provider: string, result: TraceAttempt['result'], more: Partial<TraceAttempt> = {}) =>
  ({ provider, result, receipt: undefined, ...more }) as TraceAttempt;
const receipt = (status: 'delivered' | 'undelivered') => ({
  receipt: { status, code: undefined, isCurable: status === 'undelivered', at: 2 },
});
const traceOf = (attempts: TraceAttempt[], more: Partial<Trace> = {}) =>
  ({ id: 'msg_1', attempts, outcome: 'sent', outcomeAt: 1, reason: 'accepted', ...more }) as Trace;

const taken = attempt('twilio', 'accepted');
const lost = attempt('twilio', 'unknown');

test.each<[string, TraceAttempt[], Partial<Trace>, string[]]>([
  ['taken at once', [taken], {}, ['twilio']],
  [
    'taken by the other after an outage',
    [attempt('twilio', 'transient'), attempt('http', 'accepted')],
    {},
    ['twilio', 'http'],
  ],
  ['sent again after a crash, whether the first was sent or not', [lost, taken], {}, ['twilio']],
  [
    'put right after an undelivered receipt',
    [attempt('twilio', 'accepted', receipt('undelivered')), attempt('http', 'accepted')],
    {},
    ['twilio', 'http'],
  ],
  ['failed after three unknown outcomes', [lost, lost, lost], { outcome: 'failed' }, ['twilio', 'twilio']],
])('nothing is wrong with a message that was %s', (_title, attempts, more, requests) => {
  const trace = traceOf(attempts, more);

  expect(violationsOf(trace, trace, requests)).toEqual([]);
});

test.each<[string, TraceAttempt[], Partial<Trace>, string[], RegExp]>([
  [
    'an attempt that nobody concluded',
    [attempt('twilio', undefined), taken],
    {},
    ['twilio', 'twilio'],
    /never concluded/,
  ],
  ['a failure without a reason', [lost], { outcome: 'failed' }, ['twilio'], /three unknown/],
  [
    'a message that is sent and that nobody took',
    [attempt('twilio', 'transient')],
    {},
    ['twilio'],
    /a provider took it/,
  ],
  [
    'an undelivered message that was left',
    [attempt('twilio', 'accepted', receipt('undelivered'))],
    {},
    ['twilio'],
    /other provider/,
  ],
  [
    'a code that was sent twice for nothing',
    [taken, attempt('http', 'accepted')],
    {},
    ['twilio', 'http'],
    /twice only/,
  ],
  ['a request that nobody wrote down', [taken], {}, ['twilio', 'twilio'], /record of twilio/],
  ['an attempt that the provider never saw', [taken], {}, [], /record of twilio/],
])('%s is a violation', (_title, attempts, more, requests, rule) => {
  const trace = traceOf(attempts, more);

  expect(violationsOf(trace, trace, requests)).toEqual([expect.stringMatching(rule)]);
});

test('an outcome that changes, and a trace that goes, are violations', () => {
  const first = traceOf([taken]);

  expect(violationsOf(first, traceOf([taken], { outcomeAt: 2 }), ['twilio'])).toEqual([
    expect.stringContaining('one outcome'),
  ]);
  expect(violationsOf(first, undefined, ['twilio'])).toEqual(['msg_1: its trace is gone']);
});
