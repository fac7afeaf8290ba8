import { type DeliveryJob, gatewayKeys, type Outcome, QUEUE_NAME } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';
import type { Screening, ScreeningAnswer, ScreeningPlan, ScreeningRequest } from '@sms-gateway/screening';
import { bullmqKeys, JOB_OPTIONS_JSON } from './bullmq-keys.ts';
import type { historyOf, RefusedRequest } from './history.ts';
import { TRACE_TTL_MS } from './trace.ts';

/** A message as it is stored. */
export type Acceptance = {
  job: DeliveryJob;
  /** The same for its repeats. */
  repeatKey: string;
  /** Of its content, where the caller gave an Idempotency-Key. */
  fingerprint: string | undefined;
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
  history: ReturnType<typeof historyOf> & { refusal: RefusedRequest };
  /** Of its trace, with their values. */
  fields: (string | number)[];
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
    plans: ScreeningPlan['data'][];
    trace_ms: number;
    job_options: string;
    job_name: string;
    messages: {
      id: string;
      keys: { repeat_key: string; job: string; vault: string; trace: string };
      fingerprint: string | undefined;
      repeat_ms: number;
      newest: readonly string[];
      sealed: string;
      vault_ms: number;
      newest_ms: number;
      requested_at: number | undefined;
      accepted_at: string;
      job: string;
      plan: number;
      screening: ScreeningRequest;
      history: Acceptance['history'];
      fields: string[];
    }[];
  };
  answer: AcceptAnswer[];
}>(new URL('../src/accept.lua', import.meta.url));

/** Stores or refuses each of the messages, in one script. `now` replaces Redis's own clock. */
export function acceptMessages(
  redis: RedisClient,
  messages: readonly Acceptance[],
  { now }: { now: number | undefined },
): Promise<AcceptAnswer[]> {
  const plans = new Map<ScreeningPlan, number>();
  const numberOf = (plan: ScreeningPlan): number => {
    const number = plans.get(plan) ?? plans.size + 1;
    plans.set(plan, number);
    return number;
  };
  const packed = messages.map(
    ({ job, repeatKey, repeatMs, screening, vaultMs, newestMs, requestedAt, ...message }) => ({
      ...message,
      id: job.id,
      keys: {
        repeat_key: gatewayKeys.repeat(repeatKey),
        job: gatewayKeys.job(job.id),
        vault: gatewayKeys.vault(job.id),
        trace: gatewayKeys.trace(job.id),
      },
      repeat_ms: repeatMs,
      vault_ms: vaultMs,
      newest_ms: newestMs,
      requested_at: requestedAt,
      accepted_at: String(job.acceptedAt),
      job: JSON.stringify(job),
      plan: numberOf(screening.plan),
      screening: screening.request,
      // Lua writes a number more slowly than JavaScript.
      fields: message.fields.map(String),
    }),
  );
  return evalScript(redis, ACCEPT, {
    keys: { ...bullmqKeys, blocks: gatewayKeys.blocks },
    args: {
      now,
      plans: [...plans.keys()].map(({ data }) => data),
      trace_ms: TRACE_TTL_MS,
      job_options: JOB_OPTIONS_JSON,
      job_name: QUEUE_NAME,
      messages: packed,
    },
  });
}
