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
  /** The fields of its trace that other messages may have as well, with their values. */
  fields: string[];
};

export type AcceptAnswer =
  | [kind: 'repeat', first: string, outcome: Outcome | '']
  | [kind: 'reused']
  | [kind: 'refused' | 'accepted', verdict: ScreeningAnswer]
  | [kind: 'failed', error: string];

/** For each field, its values: one for each message. */
type Lists<T> = { [Name in keyof T]: T[Name][] };

const ACCEPT = loadScript<{
  keys: 'wait' | 'active' | 'meta' | 'marker' | 'blocks';
  args: {
    now: number | undefined;
    plans: readonly ScreeningPlan['data'][];
    kinds: readonly Kind[];
    prefixes: typeof PREFIXES;
    trace_ms: number;
    history: typeof HISTORY_LIMITS;
    job_options: string;
    job_name: string;
    messages: Lists<{
      kind: number;
      id: string;
      content: string;
      repeat_key: string | false;
      newest: readonly string[];
      sealed: string;
      vault_ms: number;
      requested_at: string | false;
      accepted_at: string;
      deadline: string;
      job: string;
      correlations: readonly string[] | false;
      hint: string;
      code_of: string | false;
      recipient_counter: string;
      ip_counter: string | false;
      prefix_counter: string | false;
      address: string | false;
      blockable: string;
    }>;
  };
  answer: ('accepted' | AcceptAnswer)[];
}>(new URL('../src/accept.lua', import.meta.url));

type Kind = ReturnType<typeof kindOf>;

const PREFIXES = {
  vault: gatewayKeys.vault(''),
  trace: gatewayKeys.trace(''),
  job: gatewayKeys.job(''),
  history: gatewayKeys.history(''),
};
const PASSED: AcceptAnswer = ['accepted', ['passed']];

/** Stores or refuses each of the messages, in one script. `now` replaces Redis's own clock. */
export async function acceptMessages(
  redis: RedisClient,
  messages: readonly Acceptance[],
  { now }: { now: number | undefined },
): Promise<AcceptAnswer[]> {
  // What messages share goes over once.
  const plans = createNumbering<ScreeningPlan['data']>();
  const kinds = createNumbering<Kind>();
  const requests = messages.map(({ screening }) => screening.request);
  const answers = await evalScript(redis, ACCEPT, {
    keys: { ...bullmqKeys, blocks: gatewayKeys.blocks },
    args: {
      now,
      prefixes: PREFIXES,
      trace_ms: TRACE_TTL_MS,
      history: HISTORY_LIMITS,
      job_options: JOB_OPTIONS_JSON,
      job_name: QUEUE_NAME,
      messages: {
        kind: messages.map((message) => {
          const kind = kindOf(message, plans.numberOf(message.screening.plan.data));
          return kinds.numberOf(kind, JSON.stringify(kind));
        }),
        id: messages.map(({ job }) => job.id),
        content: messages.map(({ content }) => content),
        repeat_key: messages.map(
          ({ idempotencyKey }) => idempotencyKey !== undefined && gatewayKeys.repeat(idempotencyKey),
        ),
        newest: messages.map(({ newest }) => newest),
        sealed: messages.map(({ sealed }) => sealed),
        vault_ms: messages.map(({ vaultMs }) => vaultMs),
        requested_at: messages.map(({ requestedAt }) => requestedAt?.toFixed(0) ?? false),
        accepted_at: messages.map(({ job }) => String(job.acceptedAt)),
        deadline: messages.map(({ job }) => String(job.deadline)),
        job: messages.map(({ job }) => JSON.stringify(job)),
        correlations: messages.map(
          ({ correlationKeys }) => correlationKeys.length > 0 && correlationKeys.map(gatewayKeys.history),
        ),
        hint: messages.map(({ recipientHint }) => recipientHint.slice(recipientHint.indexOf('…') + 1)),
        code_of: messages.map(({ screening }) => screening.codeOf ?? false),
        recipient_counter: requests.map(({ recipient_counter }) => recipient_counter),
        ip_counter: requests.map(({ ip_counter }) => ip_counter ?? false),
        prefix_counter: requests.map(({ prefix_counter }) => prefix_counter ?? false),
        address: requests.map(({ address }) => address ?? false),
        blockable: requests.map(({ blockable }) => blockable),
      },
      kinds: kinds.all(),
      plans: plans.all(),
    },
  });
  return answers.map((answer) => (answer === 'accepted' ? PASSED : answer));
}

/** What a message has in common with most others of its group. */
function kindOf({ job, repeatMs, newestMs, screening, recipientHint, fields }: Acceptance, plan: number) {
  return {
    connection: job.connection,
    repeat_ms: repeatMs,
    newest_ms: newestMs,
    // One character outside Latin-1 would make the JSON of all messages twice as large in memory.
    hint: recipientHint.slice(0, recipientHint.indexOf('…')),
    fields,
    plan,
    ...screening.request.kind,
  };
}

/** Numbers things from 1, in the order in which their names first come. */
function createNumbering<T>() {
  const numbers = new Map<unknown, number>();
  const things: T[] = [];
  return {
    numberOf: (thing: T, name: unknown = thing): number => {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, things.push(thing));
      return things.length;
    },
    all: (): T[] => things,
  };
}
