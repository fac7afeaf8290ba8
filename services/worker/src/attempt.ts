import type { BeginAnswer, DeliveryStore } from '@sms-gateway/delivery';
import { type DurabilityCheck, untilDurable } from '@sms-gateway/redis';
import { type Decision, isUnknown, wasTaken } from './decide.ts';
import { type Delivery, isRedelivery, type Step, withEnd } from './delivery.ts';
import type { CallPermit, ProviderHealth } from './health/health.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { ProviderCalls } from './provider-calls.ts';
import type { Recover } from './recover.ts';
import type { ReportAttempt } from './report-attempt.ts';
import { createTurnstile } from './turnstile.ts';

/** Milliseconds, longer than a call to a provider and a lock together: by then the other attempt has ended. */
const STALE_RETRY_MS = 17_000;
/** Measured (docs/adr/0019): with more, messages move in step, and with fewer, Redis runs more scripts. */
const RESULTS_PER_TURN = 8;

type Deps = {
  store: DeliveryStore;
  durability: Pick<DurabilityCheck, 'confirm'>;
  calls: Pick<ProviderCalls, 'send' | 'sendsReceipts'>;
  health: ProviderHealth;
  recovery: Pick<Recover, 'readAgain'>;
  reportAttempt: ReportAttempt;
  metrics: WorkerMetrics;
  now: () => number;
};

/** One attempt at a provider: permitted, stored as begun, and only then made. */
export type Attempt = (delivery: Delivery, decision: Decision & { kind: 'send' }) => Promise<Step>;

export function createAttempt({
  store,
  durability,
  calls,
  health,
  recovery,
  reportAttempt,
  metrics,
  now,
}: Deps): Attempt {
  const turnstile = createTurnstile({ perTurn: RESULTS_PER_TURN });

  async function begin(delivery: Delivery, number: number, permit: CallPermit): Promise<BeginAnswer> {
    const { job, lease, facts, message, unwritten } = delivery;
    const begun = {
      number,
      provider: permit.provider,
      begunAt: now(),
      holder: lease.holder,
      blockNames: facts.blocks.length === 0 ? undefined : message.blockNames(),
      isRedelivery: isRedelivery(delivery),
      costsAgain: facts.attempts.some((earlier) => isUnknown(earlier) || wasTaken(earlier)),
      previous: unwritten,
      expectsReceipt: calls.sendsReceipts(permit.provider),
      notes: { route: message.plan.route, encoding: message.encoding, segments: message.segments },
    };
    try {
      // If a failover lost this write, another worker would send the same message again without knowing it.
      return await untilDurable(durability, () => store.begin(job, begun), {
        isWritten: (answer) => answer === 'begun',
        signal: lease.signal,
      });
    } catch (error) {
      health.release(permit);
      throw error;
    }
  }

  return async (delivery, { provider, timeoutMs, validitySeconds }) => {
    const { job, lease, facts, message } = delivery;
    const permit = await health.acquire(provider);
    // Without a permit, the facts of the next decision say when to ask again.
    if (permit === undefined) return delivery;
    const number = facts.attempts.length + 1;
    const answer = await begin(delivery, number, permit);
    if (answer !== 'begun') {
      health.release(permit);
      // Another worker is working on this message as well, so this lease is lost.
      if (answer === 'stale') return { kind: 'later', delayMs: STALE_RETRY_MS };
      return recovery.readAgain(delivery);
    }
    if (facts.attempts.some(isUnknown)) metrics.mayDuplicate(provider);
    const { payload, plan, text } = message;
    const { finished, durationMs } = await calls.send({
      job,
      number,
      permit,
      planned: plan.providers.find(({ name }) => name === provider),
      payload: typeof payload === 'object' ? payload : undefined,
      text,
      timeoutMs,
      validitySeconds,
      signal: lease.signal,
    });
    await turnstile();
    if (finished.result === 'accepted') metrics.segmentsSent(provider, message.encoding, message.segments);
    reportAttempt(delivery, finished, durationMs);
    return withEnd(delivery, finished, { hasWaited: false });
  };
}
