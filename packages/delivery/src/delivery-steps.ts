import { bullmqKeys, gatewayKeys } from '@sms-gateway/contract';
import { createGroupCommit, evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';
import { type CounterShape, SPEND_SHAPE } from '@sms-gateway/screening';
import { TRACE_TTL_MS } from './trace.ts';

export type FieldList = (string | number)[];

/** The keys under which receipts find an attempt, and under which early receipts wait. */
export type Filing = { key: string; early_receipts: string[]; reference: string; is_further_part: boolean };

/** What take_job (queue-jobs.lua) is asked. Times in milliseconds. */
export type TakeRequest = { token: string; lock_ms: number; now: number };

/** What delivery-steps.lua takes for each kind of step. */
type Steps = {
  take: TakeRequest;
  facts: { id: string; recipientKey: string };
  begin: {
    id: string;
    recipientKey: string;
    spend: { segments: string; overall_segments: string; price: string; overall_price: string } | undefined;
    holder: string;
    number: number;
    is_redelivery: boolean;
    previous: FieldList;
    rests_on: string | undefined;
    block_names: readonly string[] | undefined;
    fields: FieldList;
  };
  conclude: {
    id: string;
    holder: string;
    is_redelivery: boolean;
    job: string | undefined;
    deadline: number;
    number: number;
    replaces: boolean;
    rests_on: string | undefined;
    end_fields: FieldList;
    filings: Filing[];
    fields: FieldList;
    release: { id: string; token: string; next: TakeRequest | undefined } | undefined;
  };
};
type Kind = keyof Steps;

export type FactsAnswer = [trace: string[], sealed: string | null, isNewest: 0 | 1];
export type TakeAnswer =
  | [kind: 'taken', id: string, data: string, times: number, facts: FactsAnswer | null]
  | [kind: 'none', delayedUntil: number]
  | [kind: 'ask'];

/** And what it answers. */
type Answers = {
  take: TakeAnswer;
  facts: FactsAnswer;
  begin: 'begun' | 'superseded' | 'blocked' | 'concluded' | 'settled' | 'outdated' | 'stale';
  conclude: [
    isFirst: 0 | 1,
    isUndelivered: 0 | 1,
    early: string[],
    isReleased: 0 | 1,
    next: TakeAnswer | null,
    isOutdated: 0 | 1,
  ];
};

const PREFIXES = {
  job: gatewayKeys.job(''),
  trace: gatewayKeys.trace(''),
  vault: gatewayKeys.vault(''),
  newest: gatewayKeys.newest(''),
  awaiting: gatewayKeys.awaiting(''),
};

const STEPS = loadScript<{
  keys: 'wait' | 'active' | 'delayed' | 'prioritized' | 'stalled' | 'meta' | 'marker' | 'blocks';
  args: {
    prefixes: typeof PREFIXES;
    trace_ms: number;
    spend_shape: CounterShape;
    steps: ({ kind: Kind } & Steps[Kind])[];
  };
  answer: [answers: (Answers[Kind] | Failure)[], blocks: string[] | null];
}>(new URL('../src/delivery-steps.lua', import.meta.url));

/** Of a step, roughly. */
const STEP_BYTES = 1000;

/** An answer, and the names of the blocks in force where the step read them. */
type Answered<K extends Kind> = { answer: Answers[K]; blocks: string[] };

/**
 * Runs a step, together with the others of the same moment.
 * @throws what Redis answers to this step, or to all of them.
 */
export type RunStep = <K extends Kind>(kind: K, step: Steps[K]) => Promise<Answered<K>>;

export function createRunStep({ redis }: { redis: RedisClient }): RunStep {
  const group = createGroupCommit<{ kind: Kind } & Steps[Kind], Answered<Kind>>({
    run: async (steps) => {
      const [answers, blocks] = await evalScript(redis, STEPS, {
        keys: { ...bullmqKeys, blocks: gatewayKeys.blocks },
        args: { prefixes: PREFIXES, trace_ms: TRACE_TTL_MS, spend_shape: SPEND_SHAPE, steps },
      });
      return answers.map((answer) =>
        isFailure(answer) ? new Error(answer[1]) : { answer, blocks: blocks ?? [] },
      );
    },
  });
  return <K extends Kind>(kind: K, step: Steps[K]) =>
    // Sound as far as the script is, which answers to each kind of step what Answers says.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    group.submit({ kind, ...step }, { source: kind, bytes: STEP_BYTES }) as Promise<Answered<K>>;
}

type Failure = [kind: 'failed', error: string];

function isFailure(answer: Answers[Kind] | Failure): answer is Failure {
  return answer[0] === 'failed';
}
