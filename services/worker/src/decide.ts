import type { Outcome } from '@sms-gateway/contract';
import type { RecordedAttempt } from '@sms-gateway/queue';

/** Milliseconds: no call to a provider lasts longer, however much time is left. */
export const MAX_CALL_MS = 10_000;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 10_000;
/** Milliseconds between two looks at a payload that this process cannot open; another one may have the key. */
const UNREADABLE_RETRY_MS = 1000;
/** Copies that may have been sent without anybody knowing. */
const MAX_UNKNOWN = 3;
/** Reached by nothing that the deadline does not end before; it bounds what a fault of our own could do. */
const MAX_ATTEMPTS = 50;

export type ProviderFacts = {
  name: string;
  /** Milliseconds since the epoch; from then on the provider may be called. */
  availableAt: number;
};

/** All that a decision rests on. Times in milliseconds since the epoch. */
export type Facts = {
  now: number;
  deadline: number;
  isNewest: boolean;
  payload: 'present' | 'gone' | 'unreadable';
  /** In order. One without a result was begun by a process that never told its end. */
  attempts: Pick<RecordedAttempt, 'provider' | 'result' | 'code' | 'isUnrecognised'>[];
  /** In order of preference. */
  providers: ProviderFacts[];
  onUnknown: 'resend' | 'give_up';
  /** Whether the wait that an earlier decision asked for is over. */
  hasWaited: boolean;
};

export type Decision =
  | { kind: 'send'; provider: string; timeoutMs: number; validitySeconds: number }
  | { kind: 'wait'; delayMs: number }
  | { kind: 'conclude'; outcome: Outcome; reason: string };

/** What happens to a message next: one decision, made anew from the facts at every step. `random` gives [0, 1). */
export function decide(facts: Facts, random: () => number): Decision {
  return concluded(facts) ?? nextAttempt(facts, random);
}

function concluded({ now, deadline, isNewest, payload, attempts, onUnknown }: Facts): Decision | undefined {
  const last = attempts.at(-1);
  if (last?.result === 'accepted') return conclude('sent', 'accepted');
  if (last?.result === 'rejected') return conclude('failed', last.code ?? 'rejected');
  if (!isNewest) return conclude('superseded', 'newer_code');

  const unknown = attempts.filter(({ result }) => result === undefined || result === 'unknown').length;
  if (now >= deadline || payload === 'gone') {
    return conclude('expired', unknown > 0 ? 'deadline_after_unknown' : 'deadline');
  }
  if (unknown >= MAX_UNKNOWN || (unknown > 0 && onUnknown === 'give_up')) {
    return conclude('failed', 'unknown_outcome');
  }
  if (attempts.filter(({ isUnrecognised }) => isUnrecognised).length > 1) {
    return conclude('failed', 'unrecognised_faults');
  }
  if (attempts.length >= MAX_ATTEMPTS) return conclude('failed', 'attempts_exhausted');
  return undefined;
}

function nextAttempt(facts: Facts, random: () => number): Decision {
  const { now, deadline, payload, attempts, providers, hasWaited } = facts;
  const remainingMs = deadline - now;
  if (payload === 'unreadable') return { kind: 'wait', delayMs: Math.min(UNREADABLE_RETRY_MS, remainingMs) };

  const faulted = new Set(attempts.filter((a) => a.result === 'provider_fault').map((a) => a.provider));
  const candidates = providers
    .filter(({ name }) => !faulted.has(name))
    .map((provider) => ({ ...provider, tries: attempts.filter((a) => a.provider === provider.name).length }));
  if (candidates.length === 0) return conclude('failed', 'no_provider_left');

  const [next] = candidates
    .filter(({ availableAt }) => availableAt <= now)
    .toSorted((a, b) => a.tries - b.tries);
  if (next === undefined) {
    const availableAt = Math.min(...candidates.map((candidate) => candidate.availableAt));
    return { kind: 'wait', delayMs: Math.min(availableAt - now, remainingMs) };
  }
  if (next.tries > 0 && !hasWaited) {
    return { kind: 'wait', delayMs: backoffMs(next.tries, remainingMs, random) };
  }
  return {
    kind: 'send',
    provider: next.name,
    timeoutMs: Math.min(MAX_CALL_MS, remainingMs),
    validitySeconds: Math.max(1, Math.floor(remainingMs / 1000)),
  };
}

/** Exponential with full jitter, so that messages that failed together do not come back together. */
function backoffMs(tries: number, remainingMs: number, random: () => number): number {
  const ceilingMs = Math.min(BACKOFF_BASE_MS * 2 ** (tries - 1), BACKOFF_CAP_MS, remainingMs);
  return Math.max(1, Math.round(random() * ceilingMs));
}

function conclude(outcome: Outcome, reason: string): Decision {
  return { kind: 'conclude', outcome, reason };
}
