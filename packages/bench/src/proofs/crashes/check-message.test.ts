import type { Trace, TraceAttempt } from '@sms-gateway/delivery';
import { describe, expect, test } from 'vitest';
import { copiesOf, type MessageAccount, violationsOf } from './check-message.ts';
import type { ProviderRequest } from './flaky-providers.ts';

const posted = { to: '+14155550123', text: 'Your code is 493817' };

const attempt = (
  provider: string,
  result: TraceAttempt['result'],
  more: Partial<TraceAttempt> = {},
): TraceAttempt => ({ provider, result, receipt: undefined, ...more }) as TraceAttempt;
const receipt = (status: 'delivered' | 'undelivered') => ({
  receipt: { status, code: undefined, isCurable: status === 'undelivered', at: 2 },
});
const request = (
  provider: ProviderRequest['provider'],
  answer: ProviderRequest['answer'] = 'accepted',
  more: Partial<ProviderRequest> = {},
): ProviderRequest => ({
  provider,
  answer,
  isTaken: answer === 'accepted',
  messageSid: provider === 'twilio' ? 'SM1' : undefined,
  ...posted,
  ...more,
});

const taken = attempt('twilio', 'accepted', { providerMessageId: 'SM1' });
const lost = attempt('twilio', 'unknown');
const givenUp = attempt('twilio', 'unknown', { code: 'never_concluded' });
const busy = attempt('twilio', 'transient', { code: 'http_503' });

/** One attempt taken at once by Twilio, and concluded by the worker that made it; `more` says what is different. */
function accountOf({
  attempts = [taken],
  outcome = {},
  ...more
}: Partial<MessageAccount> & { attempts?: TraceAttempt[]; outcome?: Partial<Trace> } = {}): MessageAccount {
  const trace = {
    id: 'msg_1',
    attempts,
    outcome: 'sent',
    outcomeAt: 1,
    deadline: 180_000,
    reason: 'accepted',
    ...outcome,
  } as Trace;
  return {
    first: trace,
    last: trace,
    outcomeHolder: 'lease-1',
    holders: attempts.map((_, index) => `lease-${index + 1}`),
    posted,
    requests: [request('twilio')],
    ...more,
  };
}

type Case = [title: string, account: MessageAccount];

test.each<Case>([
  ['taken at once', accountOf()],
  [
    'taken by the other after an outage',
    accountOf({
      attempts: [busy, attempt('http', 'accepted')],
      requests: [request('twilio', 'unavailable'), request('http')],
    }),
  ],
  [
    'sent again after a crash, where the first was never sent',
    accountOf({ attempts: [givenUp, taken], outcomeHolder: 'lease-2' }),
  ],
  [
    'sent again after a crash, where the first was sent',
    accountOf({
      attempts: [givenUp, attempt('http', 'accepted')],
      requests: [request('twilio'), request('http')],
    }),
  ],
  [
    'put right after an undelivered receipt',
    accountOf({
      attempts: [
        attempt('twilio', 'accepted', { ...receipt('undelivered'), providerMessageId: 'SM1' }),
        attempt('http', 'accepted'),
      ],
      requests: [request('twilio'), request('http')],
    }),
  ],
  [
    'failed after three unknown outcomes',
    accountOf({ attempts: [lost, lost, lost], outcome: { outcome: 'failed', reason: 'unknown_outcome' } }),
  ],
  [
    'concluded by the worker that was given up in its call, before the other one sent again',
    accountOf({ attempts: [givenUp] }),
  ],
  [
    'concluded by the worker that was given up in its call, while the other one sent again',
    accountOf({
      attempts: [givenUp, attempt('http', 'transient', { code: 'http_503' })],
      requests: [request('twilio'), request('http', 'unavailable')],
    }),
  ],
  [
    'concluded by the worker that was given up in its call, while the copy of the other one did not arrive',
    accountOf({
      attempts: [
        attempt('http', 'unknown', { code: 'never_concluded' }),
        attempt('twilio', 'accepted', { ...receipt('undelivered'), providerMessageId: 'SM1' }),
      ],
      requests: [request('http'), request('twilio')],
    }),
  ],
  [
    'expired at its deadline',
    accountOf({
      attempts: [busy],
      outcome: { outcome: 'expired', outcomeAt: 180_000 },
      requests: [request('twilio', 'unavailable')],
    }),
  ],
])('nothing is wrong with a message that was %s', (_title, account) => {
  expect(violationsOf(account)).toEqual([]);
});

test.each<[...Case, RegExp]>([
  [
    'an attempt that nobody concluded',
    accountOf({
      attempts: [attempt('twilio', undefined), taken],
      requests: [request('twilio', 'none'), request('twilio')],
    }),
    /never concluded/,
  ],
  [
    'a failure without a reason',
    accountOf({ attempts: [lost], outcome: { outcome: 'failed' } }),
    /three unknown/,
  ],
  [
    'a message that expired early',
    accountOf({
      attempts: [busy],
      outcome: { outcome: 'expired' },
      requests: [request('twilio', 'unavailable')],
    }),
    /at its deadline/,
  ],
  ['a message that was superseded by nothing', accountOf({ outcome: { outcome: 'superseded' } }), /one code/],
  [
    'a message that is sent and that nobody took',
    accountOf({ attempts: [busy], requests: [request('twilio', 'unavailable')] }),
    /a provider took it/,
  ],
  [
    'an undelivered message that was left',
    accountOf({
      attempts: [attempt('twilio', 'accepted', { ...receipt('undelivered'), providerMessageId: 'SM1' })],
    }),
    /other provider/,
  ],
  [
    'an undelivered message that was left, after a worker was given up that had not concluded it',
    accountOf({
      attempts: [
        attempt('http', 'unknown', { code: 'never_concluded' }),
        attempt('twilio', 'accepted', { ...receipt('undelivered'), providerMessageId: 'SM1' }),
      ],
      outcomeHolder: 'lease-2',
      requests: [request('http'), request('twilio')],
    }),
    /other provider/,
  ],
  [
    'a request that nobody wrote down',
    accountOf({ requests: [request('twilio'), request('twilio', 'none')] }),
    /record of twilio/,
  ],
  ['an attempt that the provider never saw', accountOf({ requests: [] }), /record of twilio/],
  [
    'a provider that took the message while the trace says that it was busy',
    accountOf({
      attempts: [busy, attempt('http', 'accepted')],
      requests: [request('twilio', 'none'), request('http')],
    }),
    /record of twilio/,
  ],
  [
    'an id that is of another message',
    accountOf({ attempts: [attempt('twilio', 'accepted', { providerMessageId: 'SM2' })] }),
    /record of twilio/,
  ],
  [
    'a code that went to somebody else',
    accountOf({ requests: [request('twilio', 'accepted', { to: '+14155550199' })] }),
    /own recipient/,
  ],
  [
    'somebody else’s code',
    accountOf({ requests: [request('twilio', 'accepted', { text: 'Your code is 111111' })] }),
    /own text/,
  ],
])('%s is a violation', (_title, account, rule) => {
  expect(violationsOf(account)).toEqual([expect.stringMatching(rule)]);
});

test('a code that was sent again for nothing is a violation', () => {
  const account = accountOf({
    attempts: [taken, attempt('http', 'accepted')],
    requests: [request('twilio'), request('http')],
  });

  expect(violationsOf(account)).toEqual([
    expect.stringContaining('not sent again after it was taken'),
    expect.stringContaining('twice only where an attempt is known as unknown'),
  ]);
});

test('an outcome that changes is a violation', () => {
  const first = accountOf().last;

  expect(violationsOf({ ...accountOf({ outcome: { outcomeAt: 2 } }), first })).toEqual([
    expect.stringContaining('one outcome'),
  ]);
});

describe('a message that is sent by an attempt that stays unknown is a violation', () => {
  const account = accountOf({ attempts: [givenUp] });

  test.each<[string, Partial<MessageAccount>]>([
    ['where another worker concluded it', { outcomeHolder: 'lease-2' }],
    ['where nobody is known to have concluded it', { outcomeHolder: undefined }],
    ['where the provider never said that it took it', { requests: [request('twilio', 'none')] }],
    ['where no request reached the provider', { requests: [] }],
    ['where only the other provider took it', { requests: [request('http')] }],
    ['where its worker was told itself that the outcome is unknown', accountOf({ attempts: [lost] })],
    [
      'where the outcome rests on a receipt that is not there',
      accountOf({ attempts: [givenUp], outcome: { reason: 'delivered' } }),
    ],
  ])('%s', (_title, more) => {
    expect(violationsOf({ ...account, ...more })).toContainEqual(
      expect.stringContaining('sent only where a provider took it'),
    );
  });
});

test.each<[string, TraceAttempt[], ProviderRequest[], string]>([
  ['that went out once', [taken], [request('twilio')], 'none'],
  [
    'whose second copy follows an unknown attempt',
    [givenUp, attempt('http', 'accepted')],
    [request('twilio'), request('http')],
    'after_unknown',
  ],
  [
    'whose second copy follows one that did not arrive',
    [attempt('twilio', 'accepted', receipt('undelivered')), attempt('http', 'accepted')],
    [request('twilio'), request('http')],
    'after_undelivered',
  ],
  [
    'of which one unknown attempt would have to excuse two copies',
    [attempt('twilio', 'unknown', receipt('undelivered')), taken, attempt('http', 'accepted')],
    [request('twilio'), request('twilio'), request('http')],
    'unaccounted',
  ],
])('tells the copies of a code %s', (_title, attempts, requests, copies) => {
  expect(copiesOf({ ...accountOf({ attempts }), requests })).toBe(copies);
});
