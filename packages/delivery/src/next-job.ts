import type { Outcome } from '@sms-gateway/contract';
import type { FactsAnswer, TakeAnswer, TakeRequest } from './delivery-steps.ts';
import { parseAttempts, parseOutcome, type TraceAttempt } from './trace.ts';

/** An attempt as stored in the trace. Without a result, it was begun and, as far as is known, never concluded. */
export type RecordedAttempt = Pick<
  TraceAttempt,
  'provider' | 'result' | 'code' | 'isUnrecognised' | 'wasAsked' | 'receipt'
>;

export type DeliveryFacts = {
  /** The sealed payload; undefined once it has expired. */
  sealed: string | undefined;
  isNewest: boolean;
  outcome: Outcome | undefined;
  attempts: RecordedAttempt[];
  /** Calling code and last two digits. */
  recipientHint: string | undefined;
  /** Names of all destinations that an operator blocks at present. */
  blocks: string[];
};

/** Asks for the next job of the queue. */
export type JobRequest = {
  /** Of the lock that the job gets. */
  token: string;
  /** Life of the lock, in milliseconds. */
  lockMs: number;
  /** Milliseconds since the epoch. */
  now: number;
};

export type NextJob =
  | {
      kind: 'taken';
      jobId: string;
      /** JSON. */
      data: string;
      /** How often it was taken, this time included. */
      times: number;
      /** Undefined where the data are not a delivery's. */
      facts: DeliveryFacts | undefined;
    }
  /** There is none that could be worked on before then: milliseconds since the epoch, 0 where no job is delayed. */
  | { kind: 'none'; delayedUntil: number }
  /** The order of the queue is out of the ordinary (paused, limited, with priorities or due delayed jobs): ask BullMQ. */
  | { kind: 'ask' };

export function takeRequest({ token, lockMs, now }: JobRequest): TakeRequest {
  return { token, lock_ms: lockMs, now };
}

export function nextJob(answer: TakeAnswer, blocks: string[]): NextJob {
  const [kind] = answer;
  switch (kind) {
    case 'ask':
      return { kind };
    case 'none':
      return { kind, delayedUntil: answer[1] };
    case 'taken': {
      const [, jobId, data, times, facts] = answer;
      return { kind, jobId, data, times, facts: facts ? deliveryFacts(facts, blocks) : undefined };
    }
  }
}

export function deliveryFacts([trace, sealed, isNewest]: FactsAnswer, blocks: string[]): DeliveryFacts {
  const fields = pairs(trace);
  return {
    sealed: sealed ?? undefined,
    isNewest: isNewest === 1,
    outcome: parseOutcome(fields),
    attempts: parseAttempts(fields),
    recipientHint: fields['recipient_hint'],
    blocks,
  };
}

function pairs(flat: string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? '';
  return fields;
}
