import type { Trace, TraceReader } from '@sms-gateway/delivery';
import { expect, test } from 'vitest';
import { ACCEPTED as accepted } from '../../../../../test/support/sample-trace.ts';
import { createFollow, redisErrorCode } from './follow.ts';

const TTL_MS = 180_000;

const sent: Trace = { ...accepted, outcome: 'sent', outcomeAt: 1020, reason: 'accepted' };

/** Each read is the next of these; the last one stays. Between two reads pass `stepMs`. */
function setup(reads: (Trace | Error | undefined)[], { stepMs = 0 } = {}) {
  const abort = new AbortController();
  const left = [...reads];
  let clock = 50_000_000;
  let count = 0;
  const traces: TraceReader = {
    read: async () => {
      count += 1;
      clock += stepMs;
      const read = left.length > 1 ? left.shift() : left[0];
      if (read instanceof Error) throw read;
      return read;
    },
  };
  const follow = createFollow({ traces, now: () => clock, signal: abort.signal });
  return { follow, abort, reads: () => count };
}

test('a message is followed to its outcome, step by step', async () => {
  const { follow } = setup([accepted, accepted, sent]);
  const seen: Trace[] = [];

  expect(await follow('msg_1', (trace) => seen.push(trace))).toEqual({
    kind: 'concluded',
    outcome: 'sent',
    trace: sent,
  });
  expect(seen).toEqual([accepted, accepted, sent]);
});

const attempt = (
  receipt?: NonNullable<Trace['attempts'][number]['receipt']>['status'],
  isCurable = false,
) => ({
  provider: 'twilio',
  begunAt: 1001,
  result: 'accepted' as const,
  code: undefined,
  isUnrecognised: false,
  concludedAt: 1019,
  providerMessageId: undefined,
  wasAsked: false,
  receipt: receipt && { status: receipt, code: undefined, isCurable, at: 1500 },
  expectsReceipt: true as const,
});

test.each<[string, Trace['attempts'][]]>([
  ['is delivered', [[attempt()], [attempt('sent')], [attempt('delivered')]]],
  ['is undelivered for good', [[attempt()], [attempt('undelivered')]]],
  [
    'is delivered by another provider',
    [
      [attempt('undelivered', true)],
      [attempt('undelivered', true), attempt()],
      [attempt('undelivered', true), attempt('delivered')],
    ],
  ],
])('if the provider sends receipts, a message is followed until it %s', async (_title, ways) => {
  const { follow } = setup(
    ways.map((attempts) => ({ ...sent, attempts })),
    { stepMs: 100 },
  );

  expect(await follow('msg_1')).toMatchObject({ kind: 'concluded', trace: { attempts: ways.at(-1) } });
});

test('it waits half a minute for a receipt that never arrives', async () => {
  const { follow, reads } = setup([{ ...sent, attempts: [attempt()] }], { stepMs: 10_000 });

  expect(await follow('msg_1')).toMatchObject({ kind: 'concluded', outcome: 'sent' });
  expect(reads()).toBe(4);
});

test('it gives up after the deadline of a message without an outcome, independent of the gateway’s clock', async () => {
  const { follow, reads } = setup([accepted], { stepMs: TTL_MS / 2 });

  expect(await follow('msg_1')).toEqual({ kind: 'no_outcome', trace: accepted });
  // The second reaches the deadline itself, and the worker has a moment more.
  expect(reads()).toBe(3);
});

test('it retries a Redis that is down for a while', async () => {
  const { follow } = setup([accepted, new Error('Connection is closed.'), sent], { stepMs: 60_000 });

  expect(await follow('msg_1')).toMatchObject({ kind: 'concluded' });
});

test('it reports the error code of a Redis that never answers', async () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const { follow } = setup([refused], { stepMs: 3000 });

  expect(await follow('msg_1')).toEqual({
    kind: 'not_followed',
    why: { kind: 'unreachable', code: 'ECONNREFUSED' },
  });
});

test('a Redis without the message belongs to another gateway', async () => {
  const { follow } = setup([undefined]);

  expect(await follow('msg_1')).toEqual({ kind: 'not_followed', why: { kind: 'not_known' } });
});

test('it ends when stopped, with the last trace', async () => {
  const { follow, abort } = setup([accepted]);

  expect(await follow('msg_1', () => abort.abort())).toEqual({ kind: 'stopped', trace: accepted });
});

test.each([
  [Object.assign(new Error('x'), { code: 'ETIMEDOUT' }), 'ETIMEDOUT'],
  [new Error('WRONGPASS invalid username-password pair'), 'WRONGPASS'],
  [new Error('the password was secret'), 'no answer'],
  ['thrown', 'no answer'],
])('it reports only the code of an error of Redis', (error, code) => {
  expect(redisErrorCode(error)).toBe(code);
});
