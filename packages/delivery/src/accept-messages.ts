import { bullmqKeys, type DeliveryJob, gatewayKeys, type Outcome, QUEUE_NAME } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';
import type { Screening, ScreeningAnswer, ScreeningPlan } from '@sms-gateway/screening';
import { JOB_OPTIONS_JSON } from './job-options.ts';
import { HISTORY_LIMITS } from './history.ts';
import { TRACE_TTL_MS } from './trace.ts';

/** A message as it is stored. */
export type Acceptance = {
  job: DeliveryJob;
  /** Identifies its recipient and text. */
  content: string;
  /** Identifies its Idempotency-Key, where the caller gave one. */
  idempotencyKey: string | undefined;
  /** Milliseconds for which it can be repeated. */
  repeatMs: number;
  screening: Screening;
  /** Keys of the newest mark. */
  newest: readonly string[];
  /** The encrypted payload. */
  sealed: string;
  /** Life of the payload, and of the newest mark. */
  vaultMs: number;
  newestMs: number;
  requestedAt: number | undefined;
  /** Keyed hashes of its correlation id, if it has one. */
  correlationKeys: readonly string[];
  /** Calling code and last two digits of the number. */
  recipientHint: string;
  /** The other fields of its trace, with their values. */
  fields: string[];
};

export type AcceptAnswer =
  | [kind: 'repeat', first: string, outcome: Outcome | '']
  | [kind: 'reused']
  | [kind: 'refused' | 'accepted', verdict: ScreeningAnswer]
  | [kind: 'failed', error: string];

const ACCEPT = loadScript<{
  keys: 'wait' | 'active' | 'meta' | 'marker' | 'blocks';
  args: {
    now: number | undefined;
    plans: readonly ScreeningPlan['data'][];
    counters: readonly string[];
    prefixes: typeof PREFIXES;
    trace_ms: number;
    history: typeof HISTORY_LIMITS;
    job_options: string;
    job_name: string;
    messages: {
      id: string;
      connection: string;
      content: string;
      repeat_key: string | undefined;
      repeat_ms: number;
      newest: readonly string[];
      sealed: string;
      vault_ms: number;
      newest_ms: number;
      requested_at: string | undefined;
      accepted_at: string;
      job: string;
      correlations: readonly string[];
      hint: string[];
      fields: string[];
      plan: number;
      keys: number[];
      segments: number;
      price: number;
      recipient_counter: number;
      country_counter: number | undefined;
      ip_counter: number | undefined;
      country: string | undefined;
      address: string | undefined;
      blockable: string;
      configured_block: string | undefined;
    }[];
  };
  answer: AcceptAnswer[];
}>(new URL('../src/accept.lua', import.meta.url));

const PREFIXES = {
  vault: gatewayKeys.vault(''),
  trace: gatewayKeys.trace(''),
  job: gatewayKeys.job(''),
  history: gatewayKeys.history(''),
};

/** Stores or refuses each of the messages, in one script. `now` replaces Redis's own clock. */
export function acceptMessages(
  redis: RedisClient,
  messages: readonly Acceptance[],
  { now }: { now: number | undefined },
): Promise<AcceptAnswer[]> {
  // What messages share goes over once.
  const plans = createNumbering<ScreeningPlan['data']>();
  const counters = createNumbering<string>();
  const packed = messages.map((message) => {
    const { job, screening } = message;
    const { plan, request } = screening;
    return {
      id: job.id,
      connection: job.connection,
      content: message.content,
      repeat_key: message.idempotencyKey && gatewayKeys.repeat(message.idempotencyKey),
      repeat_ms: message.repeatMs,
      newest: message.newest,
      sealed: message.sealed,
      vault_ms: message.vaultMs,
      newest_ms: message.newestMs,
      requested_at: message.requestedAt?.toFixed(0),
      accepted_at: String(job.acceptedAt),
      job: JSON.stringify(job),
      correlations: message.correlationKeys.map(gatewayKeys.history),
      // One character outside Latin-1 would make the JSON of all messages twice as large in memory.
      hint: message.recipientHint.split('…'),
      fields: message.fields,
      plan: plans.numberOf(plan.data),
      keys: request.keys.map(counters.numberOf),
      segments: request.segments,
      price: request.price,
      recipient_counter: counters.numberOf(request.recipient_counter),
      country_counter:
        request.country_counter === undefined ? undefined : counters.numberOf(request.country_counter),
      ip_counter: request.ip_counter === undefined ? undefined : counters.numberOf(request.ip_counter),
      country: request.country,
      address: request.address,
      blockable: request.blockable,
      configured_block: request.configured_block,
    };
  });
  return evalScript(redis, ACCEPT, {
    keys: { ...bullmqKeys, blocks: gatewayKeys.blocks },
    args: {
      now,
      plans: plans.all(),
      counters: counters.all(),
      prefixes: PREFIXES,
      trace_ms: TRACE_TTL_MS,
      history: HISTORY_LIMITS,
      job_options: JOB_OPTIONS_JSON,
      job_name: QUEUE_NAME,
      messages: packed,
    },
  });
}

/** Numbers things in the order in which they first come, from 1. */
function createNumbering<T>() {
  const numbers = new Map<T, number>();
  return {
    numberOf: (thing: T): number => {
      const known = numbers.get(thing);
      if (known !== undefined) return known;
      numbers.set(thing, numbers.size + 1);
      return numbers.size;
    },
    all: (): T[] => [...numbers.keys()],
  };
}
