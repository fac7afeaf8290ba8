import type { DeliveryStore, FinishedAttempt, ReceiptHandler, ReceiptStore } from '@sms-gateway/delivery';
import { type DurabilityCheck, untilDurable, untilWritten } from '@sms-gateway/redis';
import { type Decision, hasFailed } from './decide.ts';
import { type Delivery, isRedelivery, type Step } from './delivery.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { ProviderCalls } from './provider-calls.ts';
import type { Recover } from './recover.ts';

type Deps = {
  store: DeliveryStore;
  durability: Pick<DurabilityCheck, 'confirm'>;
  calls: Pick<ProviderCalls, 'sendsReceipts'>;
  receipts: Pick<ReceiptStore, 'reopen'>;
  receiptHandler: Pick<ReceiptHandler, 'takeHeld'>;
  recovery: Pick<Recover, 'readAgain'>;
  metrics: WorkerMetrics;
  now: () => number;
};

/** Gives a message its one outcome, or ends its redelivery. */
export type Conclude = (delivery: Delivery, decision: Decision & { kind: 'conclude' }) => Promise<Step>;

export function createConclude({
  store,
  durability,
  calls,
  receipts,
  receiptHandler,
  recovery,
  metrics,
  now,
}: Deps): Conclude {
  /** Whether a receipt of this attempt can still arrive, and another provider could then deliver the message. */
  function mayNeedAnother(
    { facts, message }: Delivery,
    finished: FinishedAttempt | undefined,
  ): finished is FinishedAttempt {
    if (finished?.result !== 'accepted' || !calls.sendsReceipts(finished.provider)) return false;
    const used = facts.attempts.filter(hasFailed).map(({ provider }) => provider);
    return message.plan.providers.some(({ name }) => name !== finished.provider && !used.includes(name));
  }

  return async (delivery, { outcome, reason }) => {
    const { job, lease, facts, message, unwritten, log } = delivery;
    const isAgain = isRedelivery(delivery);
    // A process concluded it earlier and ended before it could tell the queue.
    if (isAgain && outcome === 'sent' && unwritten === undefined) return { kind: 'done' };

    const at = now();
    const awaitsReceipt = outcome === 'sent' && mayNeedAnother(delivery, unwritten);
    const { queued, signal } = lease;
    // The job leaves the queue in the same command, so that no Redis that takes over has the one without the other.
    const write = async () => {
      const release = queued?.release();
      const isRepeated = queued?.isReleased() === true;
      // Where the outcome has to be written again, the next job is already known, but maybe from a Redis that was replaced.
      if (release && isRepeated) {
        release.next = undefined;
        queued?.forgetFacts();
      }
      const answer = await store.conclude(job, {
        outcome,
        reason,
        at,
        holder: lease.holder,
        isRedelivery: isAgain,
        awaitsReceipt,
        previous: unwritten,
        release,
      });
      if (answer.released && !isRepeated) queued?.released(answer.released.next);
      return answer;
    };
    const answer = await untilDurable(durability, write, { signal });
    if (answer.isOutdated) return recovery.readAgain(delivery);

    const sinceAcceptedMs = at - job.acceptedAt;
    const attempts = facts.attempts.length;
    if (isAgain) {
      metrics.redelivered(outcome);
      log('redelivery.ended', { outcome, reason, attempts, sinceAcceptedMs });
    } else if (answer.isFirst) {
      metrics.concluded(job.connection, message.country, outcome, sinceAcceptedMs);
      const { plan, encoding, segments } = message;
      const { route } = plan;
      log('message.concluded', {
        outcome,
        reason,
        attempts,
        sinceAcceptedMs,
        route,
        encoding,
        segments,
      });
    }
    if (unwritten === undefined) return { kind: 'done' };

    const { provider, number } = unwritten;
    // The job leaves the queue after this, and must not do so on a Redis that has taken over and never saw it.
    if (awaitsReceipt && answer.isUndelivered) {
      await untilDurable(durability, () => receipts.reopen(job, number), { signal });
    }
    for (const receipt of answer.early) {
      const reference = { messageId: job.id, attempt: number };
      await untilWritten(() => receiptHandler.takeHeld(provider, receipt, reference), signal);
    }
    return { kind: 'done' };
  };
}
