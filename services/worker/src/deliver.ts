import type { AttemptResult, DeliveryJob } from '@sms-gateway/contract';
import type { SendRequest, SendResult } from '@sms-gateway/providers';
import type { DeliveryFacts, DeliveryStore, FinishedAttempt, Payload, Vault } from '@sms-gateway/queue';
import type { Logger } from '@sms-gateway/runtime';
import { withinCallWindow } from './call-window.ts';
import { type Decision, decide, type Facts } from './decide.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { Route } from './route.ts';

/** What the queue should do with the message: forget it, or hand it out again after a while (milliseconds). */
export type Delivery = { kind: 'done' } | { kind: 'later'; delayMs: number };

type Deps = {
  store: DeliveryStore;
  vault: Vault;
  route: Route;
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

/** Takes one message as far as it goes now: attempt after attempt, until it is concluded or has to wait. */
export function createDeliver({ store, vault, route, metrics, logger, onUnknown, now, random }: Deps) {
  return async function deliver(job: DeliveryJob, holding: Holding): Promise<Delivery> {
    const log = logger.child({ messageId: job.id, connection: job.connection });
    let stored = await store.facts(job);
    let payload = await open(job, stored);
    let previous = neverConcluded(stored);
    let { hasWaited } = holding;
    if (previous) noteAttempt(stored.attempts.at(-1)?.provider ?? '', previous, 0);

    for (;;) {
      if (stored.outcome !== undefined) return { kind: 'done' };
      const decision = decide(factsOf(job, stored, payload, hasWaited), random);
      switch (decision.kind) {
        case 'conclude':
          await conclude(decision);
          return { kind: 'done' };
        case 'wait':
          if (previous) await store.record(job, previous);
          return { kind: 'later', delayMs: decision.delayMs };
        case 'send': {
          if (holding.signal.aborted) {
            if (previous) await store.record(job, previous);
            return { kind: 'later', delayMs: 0 };
          }
          const number = stored.attempts.length + 1;
          const { provider } = decision;
          const { holder } = holding;
          const answer = await store.begin(job, { number, provider, begunAt: now(), holder, previous });
          if (answer !== 'begun') {
            stored = await store.facts(job);
            payload = await open(job, stored);
            previous = answer === 'stale' ? neverConcluded(stored) : undefined;
            continue;
          }
          previous = await attempt(number, decision);
          stored = { ...stored, attempts: [...stored.attempts, { provider, ...previous }] };
          hasWaited = false;
        }
      }
    }

    async function attempt(number: number, decision: Decision & { kind: 'send' }): Promise<FinishedAttempt> {
      const { provider, timeoutMs, validitySeconds } = decision;
      const startedAt = now();
      // The mark may have taken long to write, and so may anything before it.
      const result: SendResult =
        startedAt < job.deadline && typeof payload === 'object'
          ? await send({ id: job.id, ...payload, from: payload.from, validitySeconds }, provider, timeoutMs)
          : { kind: 'transient', code: 'deadline_before_call', retryAfterMs: undefined };
      pauseIfAsked(provider, result);
      const finished = finishedAttempt(number, result, now());
      noteAttempt(provider, finished, finished.concludedAt - startedAt);
      return finished;
    }

    function send(request: SendRequest, provider: string, timeoutMs: number): Promise<SendResult> {
      return withinCallWindow({ outer: holding.signal, timeoutMs }, (signal) =>
        route.provider(provider).send(request, signal),
      );
    }

    function noteAttempt(
      provider: string,
      { number, result, code }: FinishedAttempt,
      durationMs: number,
    ): void {
      metrics.attempted(provider, result, durationMs);
      log.info({ provider, attempt: number, result, reason: code, durationMs }, 'delivery.attempted');
    }

    async function conclude({ outcome, reason }: Decision & { kind: 'conclude' }): Promise<void> {
      const at = now();
      const { holder } = holding;
      const answer = await store.conclude(job, { outcome, reason, at, holder, previous });
      if (answer === 'concluded') return;
      metrics.concluded(job.connection, outcome, at - job.acceptedAt);
      log.info(
        { outcome, reason, attempts: stored.attempts.length, sinceAcceptedMs: at - job.acceptedAt },
        'message.concluded',
      );
    }
  };

  async function open(job: DeliveryJob, { sealed }: DeliveryFacts): Promise<Payload | 'gone' | 'unreadable'> {
    if (sealed === undefined) return 'gone';
    const payload = await vault.open(job.id, sealed);
    if (payload === undefined) {
      logger.error(
        { messageId: job.id, hint: 'no key in PAYLOAD_KEYS opens it' },
        'delivery.payload_unreadable',
      );
    }
    return payload ?? 'unreadable';
  }

  function factsOf(
    job: DeliveryJob,
    { isNewest, attempts }: DeliveryFacts,
    payload: Payload | 'gone' | 'unreadable',
    hasWaited: boolean,
  ): Facts {
    return {
      now: now(),
      deadline: job.deadline,
      isNewest,
      payload: typeof payload === 'object' ? 'present' : payload,
      attempts,
      providers: route.candidates(),
      onUnknown,
      hasWaited,
    };
  }

  function pauseIfAsked(provider: string, result: SendResult): void {
    if (result.kind === 'throttled') route.pause(provider, result.retryAfterMs);
    if (result.kind === 'transient' && result.retryAfterMs !== undefined) {
      route.pause(provider, result.retryAfterMs);
    }
  }

  /** The last attempt, where the process that began it never told its end: nobody knows what it came to. */
  function neverConcluded({ attempts, outcome }: DeliveryFacts): FinishedAttempt | undefined {
    const last = attempts.at(-1);
    if (last === undefined || last.result !== undefined || outcome !== undefined) return undefined;
    return {
      number: attempts.length,
      result: 'unknown',
      code: 'never_concluded',
      isUnrecognised: false,
      providerMessageId: undefined,
      concludedAt: now(),
    };
  }
}

function finishedAttempt(number: number, result: SendResult, concludedAt: number): FinishedAttempt {
  const kind: AttemptResult = result.kind;
  return {
    number,
    result: kind,
    code: result.kind === 'accepted' ? undefined : result.code,
    isUnrecognised: result.kind === 'provider_fault' && !result.isRecognised,
    providerMessageId: result.kind === 'accepted' ? result.providerMessageId : undefined,
    concludedAt,
  };
}
