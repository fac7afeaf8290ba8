import type { Outcome } from '@sms-gateway/contract';
import type { Trace } from '@sms-gateway/delivery';
import { inWords } from './reasons.ts';

/** The answer to "why did this code not arrive?". Times in ISO 8601. Contains no text, code or whole number. */
export type WhyAnswer = {
  /** Calling code and last two digits; null if none is known. */
  number: string | null;
  /** Newest first. */
  messages: WhyMessage[];
};

export type WhyMessage = {
  /** Null for a request that was refused before it had one. */
  id: string | null;
  /** Null if the request addressed no configured connection. */
  connection: string | null;
  /** When it arrived, even if it was refused. */
  acceptedAt: string;
  /** The answer to the caller. */
  answered: { status: number; problem?: string; rules?: string[] };
  attempts: WhyAttempt[];
  outcome: Outcome | null;
  outcomeAt: string | null;
  /** One sentence on the result, and one on what to do. */
  verdict: string;
  advice: string;
};

export type WhyAttempt = {
  /** From 1. */
  number: number;
  provider: string;
  /** Null while it is in progress, and if its process died. */
  result: string | null;
  /** Why, in words with the provider's code; null if it was accepted. */
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

/** The status of a message, for the application that requested it. */
export type MessageStatus = {
  id: string;
  /** `queued` until it has an outcome; then the outcome, or the final status of its latest receipt. */
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
