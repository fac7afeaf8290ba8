import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTEMPT_RESULTS } from '@sms-gateway/contract';
import { decide, type Facts, MAX_CALL_MS } from './decide.ts';

const NOW = 1_000_000;

function facts(overrides: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    deadline: NOW + 180_000,
    isNewest: true,
    payload: 'present',
    attempts: [],
    providers: [
      { name: 'twilio', availableAt: 0 },
      { name: 'http', availableAt: 0 },
    ],
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
  ...rest,
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
    payload: fc.constantFrom('present', 'gone', 'unreadable'),
    attempts: fc.array(
      fc.record({
        provider: fc.constantFrom('a', 'b', 'c'),
        result: fc.constantFrom(undefined, ...ATTEMPT_RESULTS),
        code: fc.constant(undefined),
        isUnrecognised: fc.boolean(),
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

  test('a message whose last attempt was accepted or rejected is never sent again', () => {
    property((f, random) => {
      const last = f.attempts.at(-1)?.result;
      if (last !== 'accepted' && last !== 'rejected') return;
      expect(decide(f, () => random)).toMatchObject({ outcome: last === 'accepted' ? 'sent' : 'failed' });
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
      expect(f.attempts.filter(({ result }) => (result ?? 'unknown') === 'unknown').length).toBeLessThan(3);
    });
  });
});
