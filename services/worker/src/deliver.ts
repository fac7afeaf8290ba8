import type { DeliveryJob } from '@sms-gateway/contract';
import {
  type DeliveryFacts,
  type DeliveryStore,
  type FinishedAttempt,
  type ReceiptStore,
  type ReceiptHandler,
} from '@sms-gateway/delivery';
import { untilWritten } from '@sms-gateway/redis';
import type { Logger } from '@sms-gateway/process';
import type { ProviderCalls } from './call-provider.ts';
import { type Decision, decide, didNotArrive, type Facts, isUnknown, wasTaken } from './decide.ts';
import type { CallPermit, ProviderHealth } from './health/health.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { createOpenMessage, OpenedMessage } from './open-message.ts';

/** What the queue should do with the message: forget it, or hand it out again after a while (milliseconds). */
export type Delivery = { kind: 'done' } | { kind: 'later'; delayMs: number };

type Deps = {
  store: DeliveryStore;
  open: ReturnType<typeof createOpenMessage>;
  calls: ProviderCalls;
  health: ProviderHealth;
  book: ReceiptStore;
  desk: ReceiptHandler;
  metrics: WorkerMetrics;
  logger: Logger;
  onUnknown: Facts['onUnknown'];
  now: () => number;
  random: () => number;
};

export type Holding = {
  /** Names this holding of the message, unlike any other. */
  holder: string;
  /** Whether the message was in hand before, and has waited since. */
  hasWaited: boolean;
  /** Aborted when the process must let go of what it has in hand. */
  signal: AbortSignal;
};

/** Milliseconds, longer than a call to a provider and a lock together: by then the other one has come to an end. */
const STALE_RETRY_MS = 17_000;

/** Takes one message as far as it goes now: attempt after attempt, until it is concluded or has to wait. */
export function createDeliver({
  store,
  open,
  calls,
  health,
  book,
  desk,
  metrics,
  logger,
  onUnknown,
  now,
  random,
}: Deps) {
  return async function deliver(job: DeliveryJob, holding: Holding): Promise<Delivery> {
    const log = logger.child({ messageId: job.id, connection: job.connection });
    let stored = await store.facts(job);
    if (await isOver()) return { kind: 'done' };
    let opened = await open(job, stored);
    let previous = neverConcluded(stored);
    let { hasWaited } = holding;
    if (previous) noteAttempt(previous, 0);

    for (;;) {
      const isRedelivery = stored.outcome === 'sent';
      const decision = decide(factsOf(job, stored, opened, hasWaited), random);
      switch (decision.kind) {
        case 'conclude':
          await conclude(decision, isRedelivery);
          return { kind: 'done' };
        case 'wait':
          return later(decision.delayMs);
        case 'ask':
          if (holding.signal.aborted) return later(0);
          previous = await ask(decision);
          stored = withEnd(stored, previous);
          break;
        case 'send': {
          if (holding.signal.aborted) return later(0);
          const leave = await health.admit(decision.provider);
          // Where it is not given, the facts of the next round say so.
          if (leave === undefined) break;
          const number = stored.attempts.length + 1;
          const answer = await begin(number, leave, isRedelivery);
          if (answer !== 'begun') {
            health.withdraw(leave);
            // Somebody else has this message in hand as well: this one's hold on it is lost.
            if (answer === 'stale') return { kind: 'later', delayMs: STALE_RETRY_MS };
            previous = undefined;
            stored = await store.facts(job);
            if (await isOver()) return { kind: 'done' };
            opened = await open(job, stored);
            break;
          }
          if (stored.attempts.some(isUnknown)) metrics.mayDuplicate(decision.provider);
          previous = await attempt(number, leave, decision);
          stored = withEnd(stored, previous);
          hasWaited = false;
        }
      }
    }

    /**
     * Whether there is nothing left to do here. A message whose receipt calls for another attempt is sent again by
     * the job that was put back for that, and by no other: two at once would each take the other's attempt for dead.
     */
    async function isOver(): Promise<boolean> {
      const { outcome, attempts } = stored;
      if (outcome !== 'sent') return outcome !== undefined;
      const taken = attempts.findLastIndex(wasTaken) + 1;
      if (taken <= (job.afterAttempt ?? 0)) return false;
      if (attempts[taken - 1]?.receipt?.isCurable === true) await book.reopen(job, taken);
      return true;
    }

    async function later(delayMs: number): Promise<Delivery> {
      const finished = previous;
      if (finished) await untilWritten(() => store.record(job, finished), holding.signal);
      return { kind: 'later', delayMs };
    }

    async function begin(number: number, leave: CallPermit, isRedelivery: boolean) {
      const { plan, encoding, segments } = opened;
      const begun = {
        number,
        provider: leave.provider,
        begunAt: now(),
        holder: holding.holder,
        blockNames: opened.blockNames,
        isRedelivery,
        costsAgain: stored.attempts.some((earlier) => isUnknown(earlier) || wasTaken(earlier)),
        previous,
        notes: { route: plan.route, encoding, segments },
      };
      try {
        return await untilWritten(() => store.begin(job, begun), holding.signal);
      } catch (error) {
        health.withdraw(leave);
        throw error;
      }
    }

    async function attempt(
      number: number,
      leave: CallPermit,
      decision: Decision & { kind: 'send' },
    ): Promise<FinishedAttempt> {
      const { provider, timeoutMs, validitySeconds } = decision;
      const { payload, plan, text } = opened;
      const { durationMs, ...finished } = await calls.send({
        job,
        number,
        leave,
        sender: plan.providers.find(({ name }) => name === provider)?.sender,
        payload: typeof payload === 'object' ? payload : undefined,
        text,
        timeoutMs,
        validitySeconds,
        signal: holding.signal,
      });
      if (finished.result === 'accepted') metrics.segmentsSent(provider, opened.encoding, opened.segments);
      noteAttempt(finished, durationMs);
      return finished;
    }

    async function ask({ provider, timeoutMs }: Decision & { kind: 'ask' }): Promise<FinishedAttempt> {
      const number = stored.attempts.length;
      const { payload } = opened;
      if (typeof payload !== 'object') throw new Error('asked for a message that cannot be read');
      const answer = await calls.lookup({ job, provider, payload, timeoutMs, signal: holding.signal });
      metrics.lookedUp(provider, answer.kind);
      log.info({ provider, attempt: number, answer: answer.kind }, 'delivery.looked_up');
      return {
        number,
        provider,
        result: answer.kind === 'found' ? 'accepted' : 'unknown',
        code: answer.kind === 'found' ? 'found_by_lookup' : stored.attempts.at(-1)?.code,
        isUnrecognised: false,
        providerMessageId: answer.kind === 'found' ? answer.providerMessageId : undefined,
        wasAsked: true,
        concludedAt: now(),
      };
    }

    function noteAttempt(finished: FinishedAttempt, durationMs: number): void {
      const { provider, number, result, code } = finished;
      metrics.attempted(provider, result, durationMs);
      log.info(
        { provider, attempt: number, route: opened.plan.route, result, reason: code, durationMs },
        'delivery.attempted',
      );
    }

    async function conclude(decision: Decision & { kind: 'conclude' }, isRedelivery: boolean): Promise<void> {
      const { outcome, reason } = decision;
      // It was concluded before, by a process that did not come to say so to the queue.
      if (isRedelivery && outcome === 'sent' && previous === undefined) return;
      const at = now();
      const { holder } = holding;
      const awaitsReceipt = outcome === 'sent' && mayNeedAnother(previous);
      const end = { outcome, reason, at, holder, isRedelivery, awaitsReceipt, previous };
      const answer = await untilWritten(() => store.conclude(job, end), holding.signal);
      const fields = {
        outcome,
        reason,
        attempts: stored.attempts.length,
        sinceAcceptedMs: at - job.acceptedAt,
      };
      if (isRedelivery) {
        metrics.redelivered(outcome);
        log.info(fields, 'redelivery.ended');
      } else if (answer.isFirst) {
        metrics.concluded(job.connection, outcome, at - job.acceptedAt);
        log.info(
          { ...fields, route: opened.plan.route, encoding: opened.encoding, segments: opened.segments },
          'message.concluded',
        );
      }
      if (previous === undefined) return;
      const { provider, number } = previous;
      if (awaitsReceipt && answer.isUndelivered) await book.reopen(job, number);
      for (const receipt of answer.early) {
        await desk.takeHeld(provider, receipt, { messageId: job.id, attempt: number });
      }
    }

    /** Whether a receipt of this attempt can come, and another provider could do what this one did not. */
    function mayNeedAnother(finished: FinishedAttempt | undefined): boolean {
      if (finished?.result !== 'accepted' || !calls.sendsReceipts(finished.provider)) return false;
      const used = stored.attempts
        .filter((a) => a.result === 'provider_fault' || didNotArrive(a))
        .map((a) => a.provider);
      return opened.plan.providers.some(({ name }) => name !== finished.provider && !used.includes(name));
    }
  };

  function factsOf(
    job: DeliveryJob,
    { isNewest, attempts, blocks }: DeliveryFacts,
    { payload, plan, blockNames }: OpenedMessage,
    hasWaited: boolean,
  ): Facts {
    return {
      now: now(),
      deadline: job.deadline,
      isNewest,
      isBlocked: blocks.some((name) => blockNames.includes(name)),
      payload: typeof payload === 'object' ? 'present' : payload,
      attempts,
      providers: plan.providers.map(({ name }) => ({ name, availableAt: health.availableAt(name) })),
      answering: calls.answering,
      onUnknown,
      hasWaited,
    };
  }

  /** The last attempt, where the process that began it never told its end: nobody knows what it came to. */
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
}

/** The facts with what an attempt came to, without asking for them again. */
function withEnd(facts: DeliveryFacts, { number, ...end }: FinishedAttempt): DeliveryFacts {
  const attempts = [...facts.attempts];
  attempts[number - 1] = { ...end, receipt: attempts[number - 1]?.receipt };
  return { ...facts, attempts };
}
