import type { DeliveryJob } from '@sms-gateway/contract';
import type { DeliveryFacts, DeliveryStore, FinishedAttempt, ReceiptStore } from '@sms-gateway/delivery';
import type { EventLog } from '@sms-gateway/process';
import { type DurabilityCheck, untilDurable } from '@sms-gateway/redis';
import { wasTaken } from './decide.ts';
import type { Delivery, Lease, Release, Step } from './delivery.ts';
import type { OpenMessage } from './open-message.ts';
import type { ReportAttempt } from './report-attempt.ts';

type Deps = {
  store: DeliveryStore;
  durability: Pick<DurabilityCheck, 'confirm'>;
  openMessage: OpenMessage;
  receipts: Pick<ReceiptStore, 'reopen'>;
  reportAttempt: ReportAttempt;
  logEvent: EventLog;
  now: () => number;
};

export type Recover = {
  /** Starts from the stored state of a message, whichever worker had it before. */
  recover(job: DeliveryJob, lease: Lease): Promise<Step>;
  /** Reads what is stored again, after somebody else has written. */
  readAgain(delivery: Delivery): Promise<Step>;
};

export function createRecover({
  store,
  durability,
  openMessage,
  receipts,
  reportAttempt,
  logEvent,
  now,
}: Deps): Recover {
  async function read(
    job: DeliveryJob,
    signal: AbortSignal,
    known?: DeliveryFacts,
  ): Promise<Pick<Delivery, 'facts' | 'message'> | Release> {
    const facts = known ?? (await store.facts(job));
    if (facts.outcome !== undefined && (await isOver(job, facts, signal))) return { kind: 'done' };
    return { facts, message: openMessage(job, facts) };
  }

  /**
   * Whether nothing is left to do for a message that has its outcome. One whose receipt calls for another attempt is sent
   * again by the job that was put back for it, and by no other: two at once would each mistake the other's attempt for a
   * crashed one.
   */
  async function isOver(
    job: DeliveryJob,
    { outcome, attempts }: DeliveryFacts,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (outcome !== 'sent') return true;
    const taken = attempts.findLastIndex(wasTaken) + 1;
    if (taken <= (job.afterAttempt ?? 0)) return false;
    if (attempts[taken - 1]?.receipt?.isCurable === true) {
      // This job leaves the queue after it, and must not do so on a Redis that has taken over and never saw it.
      await untilDurable(durability, () => receipts.reopen(job, taken), { signal });
    }
    return true;
  }

  /** The last attempt, where the process that began it never stored its end: its result is unknown. */
  function neverConcluded({ attempts }: DeliveryFacts): FinishedAttempt | undefined {
    const last = attempts.at(-1);
    if (last === undefined || last.result !== undefined) return undefined;
    return {
      number: attempts.length,
      provider: last.provider,
      result: 'unknown',
      code: 'never_concluded',
      isUnrecognised: false,
      providerMessageId: undefined,
      wasAsked: last.wasAsked,
      concludedAt: now(),
    };
  }

  /** The last attempt, where its provider did accept it after all: only the conclusion is missing. */
  function settledLate({ attempts, outcome }: DeliveryFacts): FinishedAttempt | undefined {
    const last = attempts.at(-1);
    if (last?.result !== 'accepted' || outcome !== undefined) return undefined;
    return {
      number: attempts.length,
      provider: last.provider,
      result: 'accepted',
      code: last.code,
      isUnrecognised: false,
      // It was filed when it was settled.
      providerMessageId: undefined,
      wasAsked: last.wasAsked,
      concludedAt: now(),
    };
  }

  return {
    recover: async (job, lease) => {
      const stored = await read(job, lease.signal, lease.facts);
      if ('kind' in stored) return stored;
      const { recipientHint } = stored.facts;
      const names = { messageId: job.id, connection: job.connection, recipientHint };
      const lost = neverConcluded(stored.facts);
      const delivery: Delivery = {
        kind: 'in_hand',
        job,
        lease,
        facts: stored.facts,
        message: stored.message,
        unwritten: lost ?? settledLate(stored.facts),
        hasWaited: lease.hasWaited,
        log: (event, fields) => logEvent(event, names, fields),
      };
      if (lost) reportAttempt(delivery, lost, 0);
      return delivery;
    },
    readAgain: async (delivery) => {
      const stored = await read(delivery.job, delivery.lease.signal);
      if ('kind' in stored) return stored;
      // A failover may have forgotten the end of an attempt.
      const lost = neverConcluded(stored.facts);
      const again = { ...delivery, ...stored, unwritten: lost ?? settledLate(stored.facts) };
      if (lost) reportAttempt(again, lost, 0);
      return again;
    },
  };
}
