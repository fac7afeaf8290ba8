import type { DeliveryJob } from '@sms-gateway/contract';
import type { DeliveryStore, ReceiptHandler, ReceiptStore } from '@sms-gateway/delivery';
import type { EventLog } from '@sms-gateway/process';
import { type DurabilityCheck, untilDurable } from '@sms-gateway/redis';
import type { LastErrors } from '@sms-gateway/reporting';
import { createAsk } from './ask.ts';
import { createAttempt } from './attempt.ts';
import { createConclude } from './conclude.ts';
import { decide, type Facts } from './decide.ts';
import type { Delivery, Lease, Release, Step } from './delivery.ts';
import type { ProviderHealth } from './health/health.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { OpenedMessage, OpenMessage } from './open-message.ts';
import type { ProviderCalls } from './provider-calls.ts';
import { createRecover } from './recover.ts';
import { createReportAttempt } from './report-attempt.ts';

type Deps = {
  store: DeliveryStore;
  durability: Pick<DurabilityCheck, 'confirm'>;
  openMessage: OpenMessage;
  calls: ProviderCalls;
  health: ProviderHealth;
  receipts: ReceiptStore;
  receiptHandler: ReceiptHandler;
  metrics: WorkerMetrics;
  lastErrors: Pick<LastErrors, 'note'>;
  logEvent: EventLog;
  onUnknown: Facts['onUnknown'];
  /** Names that the configuration blocks at this moment. */
  blockedDestinations: () => readonly string[];
  now: () => number;
  /** Gives [0, 1). */
  random: () => number;
};

/** Works on one message, attempt after attempt, until it is concluded or has to wait. */
export type Deliver = (job: DeliveryJob, lease: Lease) => Promise<Release>;

export function createDeliver(deps: Deps): Deliver {
  const {
    store,
    durability,
    calls,
    health,
    metrics,
    lastErrors,
    onUnknown,
    blockedDestinations,
    now,
    random,
  } = deps;
  const reportAttempt = createReportAttempt({ metrics, lastErrors });
  const recovery = createRecover({ ...deps, reportAttempt });
  const ask = createAsk(deps);
  const attempt = createAttempt({ ...deps, reportAttempt, recovery });
  const conclude = createConclude({ ...deps, recovery });

  return async (job, lease) => {
    let step: Step = await recovery.recover(job, lease);
    while (step.kind === 'in_hand') step = await next(step);
    return step;
  };

  async function next(delivery: Delivery): Promise<Step> {
    const decision = decide(factsOf(delivery), random);
    switch (decision.kind) {
      case 'conclude':
        return conclude(delivery, decision);
      case 'wait':
        return wait(delivery, decision.delayMs);
      case 'ask':
        return delivery.lease.signal.aborted ? wait(delivery, 0) : ask(delivery, decision);
      case 'send':
        return delivery.lease.signal.aborted ? wait(delivery, 0) : attempt(delivery, decision);
    }
  }

  /** Hands the message back for `delayMs` milliseconds. */
  async function wait({ job, lease, unwritten }: Delivery, delayMs: number): Promise<Release> {
    if (unwritten !== undefined) {
      // The worker that takes the message next trusts the stored result, and would not store it again after a failover.
      await untilDurable(durability, () => store.record(job, unwritten), { signal: lease.signal });
    }
    return { kind: 'later', delayMs };
  }

  function factsOf({ job, facts, message, hasWaited }: Delivery): Facts {
    const { payload, plan } = message;
    return {
      now: now(),
      deadline: job.deadline,
      isNewest: facts.isNewest,
      isBlocked: isBlocked(message, facts.blocks) || isBlocked(message, blockedDestinations()),
      payload: typeof payload === 'object' ? 'present' : payload,
      attempts: facts.attempts,
      providers: plan.providers.map(({ name }) => ({ name, availableAt: health.availableAt(name) })),
      answering: calls.answering,
      onUnknown,
      hasWaited,
    };
  }
}

function isBlocked({ blockNames }: OpenedMessage, blocks: readonly string[]): boolean {
  if (blocks.length === 0) return false;
  const names = blockNames();
  return blocks.some((name) => names.includes(name));
}
