import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTEMPT_RESULTS, RECEIPT_STATUSES } from '@sms-gateway/contract';
import { decide, type Facts, MAX_CALL_MS, MAX_LOOKUP_MS } from './decide.ts';

const NOW = 1_000_000;

function facts(overrides: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    deadline: NOW + 180_000,
    isNewest: true,
    isBlocked: false,
    payload: 'present',
    attempts: [],
    providers: [
      { name: 'twilio', availableAt: 0 },
      { name: 'http', availableAt: 0 },
    ],
    answering: [],
    onUnknown: 'resend',
    hasWaited: false,
    ...overrides,
  };
}

type Attempt = Facts['attempts'][number];

const attempt = (provider: string, result: Attempt['result'], rest: Partial<Attempt> = {}): Attempt => ({
  provider,
  result,
  code: undefined,
  isUnrecognised: false,
  wasAsked: false,
  receipt: undefined,
  ...rest,
});

const receipt = (status: (typeof RECEIPT_STATUSES)[number], isCurable = false) => ({
  receipt: { status, code: `twilio_${status}`, isCurable, at: NOW },
});

const half = () => 0.5;

describe('a first attempt', () => {
  test('goes to the preferred provider with what is left of the deadline as validity period', () => {
    expect(decide(facts(), half)).toEqual({
      kind: 'send',
      provider: 'twilio',
      timeoutMs: MAX_CALL_MS,
      validitySeconds: 180,
    });
  });

  test('lasts no longer than the code', () => {
    expect(decide(facts({ deadline: NOW + 1500 }), half)).toMatchObject({
      timeoutMs: 1500,
      validitySeconds: 1,
    });
  });

  test('passes over a provider that asked to be left alone', () => {
    const providers = [
      { name: 'twilio', availableAt: NOW + 1 },
      { name: 'http', availableAt: 0 },
    ];
    expect(decide(facts({ providers }), half)).toMatchObject({ kind: 'send', provider: 'http' });
  });

  test('waits for the provider that is free first when all asked to be left alone', () => {
    const providers = [
      { name: 'twilio', availableAt: NOW + 5000 },
      { name: 'http', availableAt: NOW + 3000 },
    ];
    expect(decide(facts({ providers }), half)).toEqual({ kind: 'wait', delayMs: 3000 });
  });

  test('is not made for a pause that outlasts the code, but told at the deadline', () => {
    const providers = [{ name: 'twilio', availableAt: NOW + 600_000 }];
    expect(decide(facts({ providers }), half)).toEqual({ kind: 'wait', delayMs: 180_000 });
  });
});

describe('the end', () => {
  test.each<[string, Partial<Facts>, string, string]>([
    ['an accepted attempt', { attempts: [attempt('twilio', 'accepted')] }, 'sent', 'accepted'],
    [
      'an accepted attempt, although replaced and late by now',
      { attempts: [attempt('twilio', 'accepted')], isNewest: false, now: NOW + 200_000 },
      'sent',
      'accepted',
    ],
    [
      'a rejected recipient, with no failover',
      { attempts: [attempt('twilio', 'rejected', { code: 'twilio_21610' })] },
      'failed',
      'twilio_21610',
    ],
    ['a newer code', { isNewest: false }, 'superseded', 'newer_code'],
    ['a blocked destination', { isBlocked: true }, 'failed', 'blocked'],
    [
      'a newer code to a blocked destination',
      { isNewest: false, isBlocked: true },
      'superseded',
      'newer_code',
    ],
    ['the deadline', { now: NOW + 180_000 }, 'expired', 'deadline'],
    ['a payload that Redis has forgotten', { payload: 'gone' }, 'expired', 'deadline'],
    [
      'the deadline after an unknown outcome, which it says',
      { now: NOW + 180_000, attempts: [attempt('twilio', 'unknown')] },
      'expired',
      'deadline_after_unknown',
    ],
    [
      'an unknown outcome under give_up',
      { attempts: [attempt('twilio', 'unknown')], onUnknown: 'give_up' },
      'failed',
      'unknown_outcome',
    ],
    [
      'an attempt that was never concluded under give_up',
      { attempts: [attempt('twilio', undefined)], onUnknown: 'give_up' },
      'failed',
      'unknown_outcome',
    ],
    [
      'three unknown outcomes',
      { attempts: [attempt('twilio', 'unknown'), attempt('http', undefined), attempt('twilio', 'unknown')] },
      'failed',
      'unknown_outcome',
    ],
    [
      'a fault at every provider',
      { attempts: [attempt('twilio', 'provider_fault'), attempt('http', 'provider_fault')] },
      'failed',
      'no_provider_left',
    ],
    [
      'a second fault that no table knows, with a third provider unused',
      {
        attempts: [
          attempt('twilio', 'provider_fault', { isUnrecognised: true }),
          attempt('http', 'provider_fault', { isUnrecognised: true }),
        ],
        providers: ['twilio', 'http', 'vonage'].map((name) => ({ name, availableAt: 0 })),
      },
      'failed',
      'unrecognised_faults',
    ],
  ])('comes with %s', (_title, overrides, outcome, reason) => {
    expect(decide(facts(overrides), half)).toEqual({ kind: 'conclude', outcome, reason });
  });
});

describe('after a failed attempt', () => {
  test.each(['transient', 'throttled', 'provider_fault', 'unknown', undefined] as const)(
    'that came to %s, the next provider is tried at once',
    (result) => {
      expect(decide(facts({ attempts: [attempt('twilio', result)] }), half)).toMatchObject({
        kind: 'send',
        provider: 'http',
      });
    },
  );

  test('at every provider, it waits before it starts over with the first', () => {
    const attempts = [attempt('twilio', 'transient'), attempt('http', 'transient')];

    expect(decide(facts({ attempts }), half)).toEqual({ kind: 'wait', delayMs: 250 });
    expect(decide(facts({ attempts, hasWaited: true }), half)).toMatchObject({
      kind: 'send',
      provider: 'twilio',
    });
  });

  test('the wait doubles with every round up to ten seconds, drawn from nothing to all of it', () => {
    const providers = [{ name: 'twilio', availableAt: 0 }];
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((tries) =>
      decide(
        facts({ providers, attempts: Array.from({ length: tries }, () => attempt('twilio', 'transient')) }),
        () => 1,
      ),
    );

    expect(waits.map((wait) => wait.kind === 'wait' && wait.delayMs)).toEqual([
      500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000,
    ]);
  });

  test('a faulted provider is not asked again', () => {
    const attempts = [attempt('twilio', 'provider_fault'), attempt('http', 'transient')];

    expect(decide(facts({ attempts, hasWaited: true }), half)).toMatchObject({
      kind: 'send',
      provider: 'http',
    });
  });
});

describe('a delivery receipt', () => {
  test('that says undelivered, of a kind that another provider can cure, moves the message on', () => {
    const attempts = [attempt('twilio', 'accepted', receipt('undelivered', true))];

    expect(decide(facts({ attempts }), half)).toMatchObject({ kind: 'send', provider: 'http' });
  });

  test('never brings back a code that was replaced, or is late', () => {
    const attempts = [attempt('twilio', 'accepted', receipt('failed', true))];

    expect(decide(facts({ attempts, isNewest: false }), half)).toMatchObject({ outcome: 'superseded' });
    expect(decide(facts({ attempts, now: NOW + 180_000 }), half)).toMatchObject({ outcome: 'expired' });
  });

  test('of failure rules its provider out for this message', () => {
    const providers = [{ name: 'twilio', availableAt: 0 }];
    const attempts = [attempt('twilio', 'accepted', receipt('undelivered', true))];

    expect(decide(facts({ attempts, providers, hasWaited: true }), half)).toEqual({
      kind: 'conclude',
      outcome: 'failed',
      reason: 'no_provider_left',
    });
  });

  test.each(['sent', 'expired', 'unknown'] as const)('that says %s moves nothing', (status) => {
    const attempts = [attempt('twilio', 'accepted', receipt(status))];

    expect(decide(facts({ attempts }), half)).toMatchObject({ outcome: 'sent', reason: 'accepted' });
  });

  test('that nobody can cure ends it', () => {
    const attempts = [attempt('twilio', 'accepted', receipt('undelivered'))];

    expect(decide(facts({ attempts }), half)).toMatchObject({
      outcome: 'failed',
      reason: 'twilio_undelivered',
    });
  });

  test.each(['sent', 'expired', 'unknown'] as const)(
    'that says %s tells that an attempt with an unknown result was taken',
    (status) => {
      const attempts = [attempt('twilio', 'unknown', receipt(status))];

      expect(decide(facts({ attempts, onUnknown: 'give_up' }), half)).toMatchObject({ outcome: 'sent' });
    },
  );

  test('of failure makes an unknown result a known one', () => {
    const attempts = [attempt('twilio', 'unknown', receipt('undelivered', true))];

    expect(decide(facts({ attempts, onUnknown: 'give_up' }), half)).toMatchObject({
      kind: 'send',
      provider: 'http',
    });
  });

  test('of delivery outdoes everything that came after', () => {
    const attempts = [attempt('twilio', 'unknown', receipt('delivered')), attempt('http', 'rejected')];

    expect(decide(facts({ attempts }), half)).toMatchObject({ outcome: 'sent', reason: 'delivered' });
  });
});

describe('a provider that can be asked', () => {
  const unknown = { answering: ['twilio'], attempts: [attempt('twilio', 'unknown')] };

  test.each(['resend', 'give_up'] as const)(
    'is asked before an unknown result is dealt with under %s',
    (onUnknown) => {
      expect(decide(facts({ ...unknown, onUnknown }), half)).toEqual({
        kind: 'ask',
        provider: 'twilio',
        timeoutMs: MAX_LOOKUP_MS,
      });
    },
  );

  test('is asked no longer than the code lives, and not at all after', () => {
    expect(decide(facts({ ...unknown, deadline: NOW + 700 }), half)).toMatchObject({ timeoutMs: 700 });
    expect(decide(facts({ ...unknown, deadline: NOW }), half)).toMatchObject({ outcome: 'expired' });
  });

  test('is asked once', () => {
    const attempts = [attempt('twilio', 'unknown', { wasAsked: true })];

    expect(decide(facts({ ...unknown, attempts }), half)).toMatchObject({ kind: 'send', provider: 'http' });
  });

  test('is not asked about what is known, nor anybody who cannot answer', () => {
    const attempts = [attempt('twilio', 'transient')];

    expect(decide(facts({ ...unknown, attempts }), half)).toMatchObject({ kind: 'send' });
    expect(decide(facts({ ...unknown, answering: ['http'] }), half)).toMatchObject({ kind: 'send' });
  });
});

test('a payload that this process cannot open is left to another, until the deadline', () => {
  expect(decide(facts({ payload: 'unreadable' }), half)).toEqual({ kind: 'wait', delayMs: 1000 });
  expect(decide(facts({ payload: 'unreadable', now: NOW + 179_900 }), half)).toEqual({
    kind: 'wait',
    delayMs: 100,
  });
});

describe('whatever the facts', () => {
  const anyFacts = fc.record({
    now: fc.integer({ min: 0, max: 400_000 }),
    deadline: fc.integer({ min: 0, max: 400_000 }),
    isNewest: fc.boolean(),
    isBlocked: fc.boolean(),
    payload: fc.constantFrom('present', 'gone', 'unreadable'),
    attempts: fc.array(
      fc.record({
        provider: fc.constantFrom('a', 'b', 'c'),
        result: fc.constantFrom(undefined, ...ATTEMPT_RESULTS),
        code: fc.constant(undefined),
        isUnrecognised: fc.boolean(),
        wasAsked: fc.boolean(),
        receipt: fc.option(
          fc.record({
            status: fc.constantFrom(...RECEIPT_STATUSES),
            code: fc.constant(undefined),
            isCurable: fc.boolean(),
            at: fc.integer({ min: 0, max: 400_000 }),
          }),
          { nil: undefined },
        ),
      }),
      { maxLength: 60 },
    ),
    providers: fc
      .constantFrom(['a'], ['a', 'b'], ['b', 'a', 'c'])
      .chain((names) =>
        fc.tuple(
          ...names.map((name) =>
            fc.record({ name: fc.constant(name), availableAt: fc.integer({ min: 0, max: 500_000 }) }),
          ),
        ),
      ),
    answering: fc.subarray(['a', 'b', 'c']),
    onUnknown: fc.constantFrom('resend', 'give_up'),
    hasWaited: fc.boolean(),
  }) satisfies fc.Arbitrary<Facts>;

  const property = (holds: (facts: Facts, random: number) => void) =>
    fc.assert(fc.property(anyFacts, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), holds), {
      numRuns: 2000,
    });

  test('nothing is sent at or after the deadline, replaced, without its text, or to a paused or faulted provider', () => {
    property((f, random) => {
      const decision = decide(f, () => random);
      if (decision.kind !== 'send') return;
      expect(f.now).toBeLessThan(f.deadline);
      expect(f.isNewest).toBe(true);
      expect(f.payload).toBe('present');
      expect(f.providers.find(({ name }) => name === decision.provider)?.availableAt).toBeLessThanOrEqual(
        f.now,
      );
      expect(f.attempts.some((a) => a.provider === decision.provider && a.result === 'provider_fault')).toBe(
        false,
      );
      expect(f.now + decision.timeoutMs).toBeLessThanOrEqual(f.deadline);
    });
  });

  test('nothing that a provider took is sent again, unless its receipt says that it did not arrive', () => {
    property((f, random) => {
      const isCarried = f.attempts.some(
        (a) =>
          a.result === 'accepted' && a.receipt?.status !== 'undelivered' && a.receipt?.status !== 'failed',
      );
      if (isCarried) expect(decide(f, () => random)).toMatchObject({ kind: 'conclude', outcome: 'sent' });
    });
  });

  test('a recipient that was rejected, by an answer or a receipt, is never tried again', () => {
    property((f, random) => {
      const isRejected = f.attempts.some(
        ({ result, receipt: r }) =>
          result === 'rejected' || ((r?.status === 'failed' || r?.status === 'undelivered') && !r.isCurable),
      );
      if (isRejected) expect(decide(f, () => random).kind).toBe('conclude');
    });
  });

  test('no provider is asked twice, nor after the deadline', () => {
    property((f, random) => {
      const decision = decide(f, () => random);
      if (decision.kind !== 'ask') return;
      expect(f.attempts.at(-1)).toMatchObject({ provider: decision.provider, wasAsked: false });
      expect(decision.timeoutMs).toBeGreaterThan(0);
      expect(f.now + decision.timeoutMs).toBeLessThanOrEqual(f.deadline);
    });
  });

  test('a decision to end depends on the facts alone, and only on how far they have come', () => {
    property((f, random) => {
      const decision = decide(f, () => random);
      if (decision.kind !== 'conclude') return;
      expect(decide(f, () => 1 - random)).toEqual(decision);
      const later = decide({ ...f, now: f.now + 1, hasWaited: true }, () => random);
      expect(later.kind).toBe('conclude');
    });
  });

  test('a wait is never negative and never ends after the deadline', () => {
    property((f, random) => {
      const decision = decide(f, () => random);
      if (decision.kind !== 'wait') return;
      expect(decision.delayMs).toBeGreaterThan(0);
      expect(f.now + decision.delayMs).toBeLessThanOrEqual(f.deadline);
    });
  });

  test('attempts are bounded, and unknown ones to three', () => {
    property((f, random) => {
      if (decide(f, () => random).kind !== 'send') return;
      expect(f.attempts.length).toBeLessThan(50);
      expect(
        f.attempts.filter(({ result, receipt: r }) => !r && (result ?? 'unknown') === 'unknown').length,
      ).toBeLessThan(3);
    });
  });
});
