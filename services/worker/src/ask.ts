import type { Decision } from './decide.ts';
import { type Delivery, withEnd } from './delivery.ts';
import type { WorkerMetrics } from './metrics.ts';
import { identityOf, type ProviderCalls } from './provider-calls.ts';

type Deps = { calls: Pick<ProviderCalls, 'lookup'>; metrics: WorkerMetrics; now: () => number };

/** Asks the provider of the last attempt whether it has the message. */
export type Ask = (delivery: Delivery, decision: Decision & { kind: 'ask' }) => Promise<Delivery>;

export function createAsk({ calls, metrics, now }: Deps): Ask {
  return async (delivery, { provider, timeoutMs }) => {
    const { job, lease, facts, message, log } = delivery;
    const number = facts.attempts.length;
    const { payload } = message;
    if (typeof payload !== 'object')
      throw new Error('cannot look up a message whose payload is not readable');
    const answer = await calls.lookup({ job, provider, payload, timeoutMs, signal: lease.signal });
    metrics.lookedUp(provider, answer.kind);
    log('delivery.looked_up', { provider, attempt: number, answer: answer.kind });
    const isFound = answer.kind === 'found';
    return withEnd(delivery, {
      number,
      provider,
      result: isFound ? 'accepted' : 'unknown',
      code: isFound ? 'found_by_lookup' : facts.attempts.at(-1)?.code,
      isUnrecognised: false,
      ...identityOf(answer, provider),
      wasAsked: true,
      concludedAt: now(),
    });
  };
}
