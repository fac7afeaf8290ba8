import type { Trace, TraceAttempt } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { ACCEPTED, BEGUN } from '../../../../../test/support/sample-trace.ts';
import { compactWay, wayLines } from './way.ts';

const ACCEPTED_AT = Date.parse('2026-11-23T12:00:00Z');

const attempt = (changed: Partial<TraceAttempt>): TraceAttempt => ({
  ...BEGUN,
  provider: 'twilio',
  begunAt: ACCEPTED_AT + 20,
  result: 'accepted',
  concludedAt: ACCEPTED_AT + 50,
  ...changed,
});

const trace = (changed: Partial<Trace>): Trace => ({
  ...ACCEPTED,
  acceptedAt: ACCEPTED_AT,
  deadline: ACCEPTED_AT + 180_000,
  attempts: [attempt({})],
  outcome: 'sent',
  outcomeAt: ACCEPTED_AT + 51,
  reason: 'accepted',
  ...changed,
});

const failover = trace({
  attempts: [
    attempt({
      result: 'unknown',
      code: 'timeout',
      receipt: { status: 'delivered', code: undefined, isCurable: false, at: ACCEPTED_AT + 64 },
    }),
    attempt({ provider: 'vonage', begunAt: ACCEPTED_AT + 60, concludedAt: ACCEPTED_AT + 65 }),
  ],
  outcomeAt: ACCEPTED_AT + 66,
  reason: 'delivered',
});

test('each step is a line, in the order of their times', () => {
  expect(wayLines(failover, 'HTTP 200 in 9 ms')).toEqual([
    '    +0 ms  accepted   HTTP 200 in 9 ms',
    '   +20 ms  attempt 1  twilio: unknown (timeout) in 30 ms',
    '   +60 ms  attempt 2  vonage: accepted in 5 ms',
    '   +64 ms  receipt    twilio: delivered',
    '   +66 ms  sent       delivered',
  ]);
});

test('a late retry shows when the message was requested', () => {
  expect(wayLines(trace({ requestedAt: ACCEPTED_AT - 61_000 }), 'HTTP 200').slice(0, 2)).toEqual([
    '-61000 ms  requested',
    '    +0 ms  accepted   HTTP 200',
  ]);
});

test('the reason of a sent message is not repeated', () => {
  expect(wayLines(trace({}), '').at(-1)).toBe('   +51 ms  sent');
});

test('an outcome other than sent says why', () => {
  const lines = wayLines(trace({ attempts: [], outcome: 'superseded', reason: 'newer_code' }), '');

  expect(lines.at(-1)).toBe('   +51 ms  superseded newer_code');
});

test('an attempt without a result is shown as begun', () => {
  const begun = attempt({ result: undefined, concludedAt: undefined });

  expect(wayLines(trace({ attempts: [begun], outcome: undefined, outcomeAt: undefined }), '')).toEqual([
    '    +0 ms  accepted',
    '   +20 ms  attempt 1  twilio: begun, no result',
  ]);
});

test.each([
  [failover, 'twilio unknown (timeout), delivered → vonage accepted → sent, 66 ms'],
  [
    trace({
      outcome: 'failed',
      reason: 'no_provider_left',
      attempts: [attempt({ result: 'provider_fault' })],
    }),
    'twilio provider_fault → failed (no_provider_left), 51 ms',
  ],
  [trace({ attempts: [], outcome: undefined, outcomeAt: undefined }), 'no outcome'],
])('the steps fit on one line', (of, line) => {
  expect(compactWay(of)).toBe(line);
});
