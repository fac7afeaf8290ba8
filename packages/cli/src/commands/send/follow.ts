import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from '@sms-gateway/contract';
import type { Trace, TraceReader } from '@sms-gateway/delivery';

/** How following one message ended. */
export type Followed =
  | { kind: 'concluded'; outcome: Outcome; trace: Trace }
  /** Its deadline has passed without an outcome. */
  | { kind: 'no_outcome'; trace: Trace }
  /** Stopped before the outcome. */
  | { kind: 'stopped'; trace: Trace | undefined }
  | { kind: 'not_followed'; why: NotFollowed };

export type NotFollowed =
  | { kind: 'not_wanted' }
  | { kind: 'no_redis' }
  /** `code` is that of the system or of Redis, such as ECONNREFUSED. */
  | { kind: 'unreachable'; code: string }
  /** The gateway writes the trace before it answers, so this is the Redis of another gateway. */
  | { kind: 'not_known' }
  /** The answer was 200 without an id. */
  | { kind: 'no_id' };

export type Follow = (id: string, onTrace?: (trace: Trace) => void) => Promise<Followed>;

/** How long after its deadline a worker may take to conclude a message. */
const GRACE_MS = 2000;
/** How long to wait for a receipt after a provider that sends receipts has accepted a message. */
const RECEIPT_MS = 30_000;
/** How long after an "undelivered" receipt another provider may be tried. */
const REDELIVERY_MS = 1500;
/** How long to retry a Redis that has not answered yet. */
const UNREADABLE_MS = 5000;
const MIN_PAUSE_MS = 10;
const MAX_PAUSE_MS = 500;

type Deps = {
  traces: TraceReader;
  /** Milliseconds; only differences matter, so the gateway's clock may differ. */
  now: () => number;
  signal: AbortSignal;
  graceMs?: number;
  unreadableMs?: number;
  receiptMs?: number;
  redeliveryMs?: number;
};

/**
 * Follows messages to their outcomes, and to their receipts if the provider sends any. Retries a Redis that is down until
 * the deadline. Reads each message less often when it follows many, to keep the load on the gateway's Redis low.
 */
export function createFollow({
  traces,
  now,
  signal,
  graceMs = GRACE_MS,
  unreadableMs = UNREADABLE_MS,
  receiptMs = RECEIPT_MS,
  redeliveryMs = REDELIVERY_MS,
}: Deps): Follow {
  let followed = 0;

  async function untilEnd(id: string, onTrace: (trace: Trace) => void): Promise<Followed> {
    const begunAt = now();
    let latest: Trace | undefined;
    let waiting: { steps: string; sinceMs: number } | undefined;
    for (;;) {
      const read = await readTrace(id);
      if (read.kind === 'read') {
        const { trace } = read;
        if (trace === undefined) return { kind: 'not_followed', why: { kind: 'not_known' } };
        latest = trace;
        onTrace(trace);
        if (trace.outcome !== undefined) {
          const { attempts } = trace;
          const steps = `${attempts.length} ${attempts.at(-1)?.receipt?.status ?? ''}`;
          if (waiting?.steps !== steps) waiting = { steps, sinceMs: now() };
          const isOver = now() - waiting.sinceMs >= mayChangeForMs(trace) || now() - begunAt >= lifeMs(trace);
          if (isOver || signal.aborted) return { kind: 'concluded', outcome: trace.outcome, trace };
        }
      }
      if (signal.aborted) return { kind: 'stopped', trace: latest };
      const elapsedMs = now() - begunAt;
      if (latest?.outcome === undefined && latest !== undefined && elapsedMs >= lifeMs(latest) + graceMs) {
        return { kind: 'no_outcome', trace: latest };
      }
      if (latest === undefined && read.kind === 'failed' && elapsedMs >= unreadableMs) {
        return { kind: 'not_followed', why: { kind: 'unreachable', code: read.code } };
      }
      await delay(Math.min(Math.max(followed, MIN_PAUSE_MS), MAX_PAUSE_MS));
    }
  }

  /** How long a message with an outcome may still get another receipt, or another attempt. */
  function mayChangeForMs({ attempts, outcome }: Trace): number {
    const last = attempts.at(-1);
    if (outcome !== 'sent' || last?.expectsReceipt !== true) return 0;
    switch (last.receipt?.status) {
      case undefined:
      case 'sent':
        return receiptMs;
      case 'undelivered':
      case 'failed':
        return last.receipt.isCurable ? redeliveryMs : 0;
      default:
        return 0;
    }
  }

  async function readTrace(
    id: string,
  ): Promise<{ kind: 'read'; trace: Trace | undefined } | { kind: 'failed'; code: string }> {
    try {
      return { kind: 'read', trace: await traces.read(id) };
    } catch (error) {
      return { kind: 'failed', code: redisErrorCode(error) };
    }
  }

  return async (id, onTrace = () => undefined) => {
    followed += 1;
    try {
      return await untilEnd(id, onTrace);
    } finally {
      followed -= 1;
    }
  };
}

/** The system's code, or the first word of Redis's answer: never the rest, which may contain what was sent. */
export function redisErrorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? 'no answer';
}

function lifeMs({ acceptedAt, deadline }: Trace): number {
  return deadline - acceptedAt;
}
