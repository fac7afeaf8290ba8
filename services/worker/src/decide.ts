import { isCurableFailure, isFailure, type Outcome } from '@sms-gateway/contract';
import type { RecordedAttempt } from '@sms-gateway/delivery';

/** Milliseconds: no call to a provider lasts longer, however much time is left. */
export const MAX_CALL_MS = 10_000;
/** Milliseconds for asking a provider whether it has a message. */
export const MAX_LOOKUP_MS = 3_000;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 10_000;
/** Milliseconds between two tries to open a payload. Another process may have the key. */
const UNREADABLE_RETRY_MS = 1000;
/** Maximum number of attempts whose outcome is unknown. */
const MAX_UNKNOWN = 3;
/** The deadline normally ends a message long before. This limits the damage of a bug of ours. */
const MAX_ATTEMPTS = 50;

export type ProviderFacts = {
  name: string;
  /** Milliseconds since the epoch; from then on the provider may be called. */
  availableAt: number;
};

/** Everything a decision depends on. Times in milliseconds since the epoch. */
export type Facts = {
  now: number;
  deadline: number;
  isNewest: boolean;
  /** An operator has blocked the destination by hand. */
  isBlocked: boolean;
  /** `foreign`: it was sealed for another message, or for another deadline. */
  payload: 'present' | 'gone' | 'unreadable' | 'foreign';
  /** In order. One without a result was begun by a process that never stored its end. */
  attempts: RecordedAttempt[];
  /** Of the message's route, in order of preference. */
  providers: ProviderFacts[];
  /** Providers that can be asked by our reference whether they have a message. */
  answering: string[];
  onUnknown: 'resend' | 'give_up';
  /** Whether the wait that an earlier decision asked for is over. */
  hasWaited: boolean;
};

export type Decision =
  | { kind: 'send'; provider: string; timeoutMs: number; validitySeconds: number }
  /** Ask the provider of the last attempt whether it has the message. */
  | { kind: 'ask'; provider: string; timeoutMs: number }
  | { kind: 'wait'; delayMs: number }
  | { kind: 'conclude'; outcome: Outcome; reason: string };

/**
 * Decides from the facts what happens to a message next, anew at every step. `random` gives [0, 1).
 *
 * A message that is sent again because its receipt says that it did not arrive takes the same path. The decision to
 * conclude then ends the redelivery, and the outcome stays what it was.
 */
export function decide(facts: Facts, random: () => number): Decision {
  return concluded(facts) ?? lookup(facts) ?? giveUp(facts) ?? nextAttempt(facts, random);
}

function concluded({ now, deadline, isNewest, isBlocked, payload, attempts }: Facts): Decision | undefined {
  if (attempts.some(({ receipt }) => receipt?.status === 'delivered')) return conclude('sent', 'delivered');
  if (attempts.some((attempt) => wasTaken(attempt) && !didNotArrive(attempt)))
    return conclude('sent', 'accepted');

  for (const { result, code, receipt } of attempts) {
    if (result === 'rejected') return conclude('failed', code ?? 'rejected');
    if (receipt && isFailure(receipt) && !isCurableFailure(receipt)) {
      return conclude('failed', receipt.code ?? receipt.status);
    }
  }
  if (!isNewest) return conclude('superseded', 'newer_code');
  if (isBlocked) return conclude('failed', 'blocked');
  if (payload === 'foreign') return conclude('failed', 'payload_not_its_own');
  if (now >= deadline || payload === 'gone') {
    return conclude('expired', attempts.some(isUnknown) ? 'deadline_after_unknown' : 'deadline');
  }
  return undefined;
}

/** If the provider supports lookups, an unknown result is looked up once before anything else happens. */
function lookup({ now, deadline, payload, attempts, answering }: Facts): Decision | undefined {
  const last = attempts.at(-1);
  if (payload !== 'present' || last === undefined) return undefined;
  if (!isUnknown(last) || last.wasAsked || !answering.includes(last.provider)) return undefined;
  return { kind: 'ask', provider: last.provider, timeoutMs: Math.min(MAX_LOOKUP_MS, deadline - now) };
}

function giveUp({ attempts, onUnknown }: Facts): Decision | undefined {
  const unknown = attempts.filter(isUnknown).length;
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

  const attemptsAt = (name: string) => attempts.filter(({ provider }) => provider === name);
  const candidates = providers.filter(({ name }) => !attemptsAt(name).some(hasFailed));
  if (candidates.length === 0) return conclude('failed', 'no_provider_left');

  const [next] = candidates
    .filter(({ availableAt }) => availableAt <= now)
    .toSorted((a, b) => attemptsAt(a.name).length - attemptsAt(b.name).length);
  if (next === undefined) {
    const availableAt = Math.min(...candidates.map((candidate) => candidate.availableAt));
    return { kind: 'wait', delayMs: Math.min(availableAt - now, remainingMs) };
  }
  const tries = attemptsAt(next.name).length;
  if (tries > 0 && !hasWaited) {
    return { kind: 'wait', delayMs: backoffMs(tries, remainingMs, random) };
  }
  return {
    kind: 'send',
    provider: next.name,
    timeoutMs: Math.min(MAX_CALL_MS, remainingMs),
    validitySeconds: Math.max(1, Math.floor(remainingMs / 1000)),
  };
}

/** Whether a provider accepted the message: it said so, or sent a receipt for it. */
export function wasTaken({ result, receipt }: RecordedAttempt): boolean {
  return result === 'accepted' || receipt !== undefined;
}

function didNotArrive({ receipt }: RecordedAttempt): boolean {
  return receipt !== undefined && isFailure(receipt);
}

/** Whether it shows that its provider cannot deliver the message. */
export function hasFailed(attempt: RecordedAttempt): boolean {
  return attempt.result === 'provider_fault' || didNotArrive(attempt);
}

/** Whether it may have been sent: there was no answer, and no receipt since. */
export function isUnknown({ result, receipt }: RecordedAttempt): boolean {
  return (result === undefined || result === 'unknown') && receipt === undefined;
}

/** Exponential with full jitter, so that messages that failed together are not all retried at once. */
function backoffMs(tries: number, remainingMs: number, random: () => number): number {
  const ceilingMs = Math.min(BACKOFF_BASE_MS * 2 ** (tries - 1), BACKOFF_CAP_MS, remainingMs);
  return Math.max(1, Math.round(random() * ceilingMs));
}

function conclude(outcome: Outcome, reason: string): Decision {
  return { kind: 'conclude', outcome, reason };
}
