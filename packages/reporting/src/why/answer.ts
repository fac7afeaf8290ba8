import type { Outcome } from '@sms-gateway/contract';
import type { Trace } from '@sms-gateway/delivery';
import { inWords } from './reasons.ts';

/** The answer to "why did this code not arrive?". Times in ISO 8601; no text, code or whole number. */
export type WhyAnswer = {
  /** Calling code and last two digits; null where no number was asked for and none is known. */
  number: string | null;
  /** The newest first. */
  messages: WhyMessage[];
};

export type WhyMessage = {
  /** Null for a request that was refused before it had one. */
  id: string | null;
  /** Null where it addressed none that is configured. */
  connection: string | null;
  /** When it came, also where it was refused. */
  acceptedAt: string;
  /** What the caller was told. */
  answered: { status: number; problem?: string; rules?: string[] };
  attempts: WhyAttempt[];
  outcome: Outcome | null;
  outcomeAt: string | null;
  /** One sentence on what became of it, and one on what to do. */
  verdict: string;
  advice: string;
};

export type WhyAttempt = {
  /** From 1. */
  number: number;
  provider: string;
  /** Null while it is under way, and for good where its process died. */
  result: string | null;
  /** Why, in words with the provider's code; null where it was accepted. */
  reason: string | null;
  begunAt: string;
  concludedAt: string | null;
  receipt: { status: string; reason: string | null; at: string } | null;
};

export const time = (at: number) => new Date(at).toISOString();

export function attemptsOf({ attempts }: Pick<Trace, 'attempts'>): WhyAttempt[] {
  return attempts.map(({ provider, result, code, begunAt, concludedAt, receipt }, index) => ({
    number: index + 1,
    provider,
    result: result ?? null,
    reason: code === undefined ? null : inWords(code),
    begunAt: time(begunAt),
    concludedAt: concludedAt === undefined ? null : time(concludedAt),
    receipt: receipt
      ? {
          status: receipt.status,
          reason: receipt.code === undefined ? null : inWords(receipt.code),
          at: time(receipt.at),
        }
      : null,
  }));
}

/** How a message stands, for the application that had it sent. */
export type MessageStatus = {
  id: string;
  /** `queued` until it has an outcome; then that, or what its latest receipt says for good. */
  status: 'queued' | Outcome | 'delivered' | 'undelivered';
  acceptedAt: string;
  attempts: WhyAttempt[];
  outcome?: Outcome;
};

export function messageStatus(trace: Trace): MessageStatus {
  const { id, outcome, acceptedAt } = trace;
  return {
    id,
    status: statusOf(trace),
    acceptedAt: time(acceptedAt),
    attempts: attemptsOf(trace),
    ...(outcome !== undefined && { outcome }),
  };
}

function statusOf({ attempts, outcome }: Trace): MessageStatus['status'] {
  if (attempts.some(({ receipt }) => receipt?.status === 'delivered')) return 'delivered';
  const last = attempts.at(-1)?.receipt?.status;
  if (outcome === 'sent' && (last === 'undelivered' || last === 'failed')) return 'undelivered';
  return outcome ?? 'queued';
}
