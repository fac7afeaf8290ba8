import {
  type AttemptResult,
  type DeliveryJob,
  gatewayKeys,
  type MessageName,
  type Outcome,
  type Receipt,
} from '@sms-gateway/contract';
import { evalScript, hashFields, loadScript, type RedisClient } from '@sms-gateway/redis';
import { type CounterShape, SPEND_SHAPE, spendKeys } from '@sms-gateway/screening';
import { formatFiled } from './filed-attempt.ts';
import { parseEarlyReceipt } from './receipt-store.ts';
import { parseAttempts, parseOutcome, TRACE_TTL_MS, type TraceAttempt } from './trace.ts';

/** An attempt as stored in the trace. Without a result, it was begun and, as far as is known, never concluded. */
export type RecordedAttempt = Pick<
  TraceAttempt,
  'provider' | 'result' | 'code' | 'isUnrecognised' | 'wasAsked' | 'receipt'
>;

export type DeliveryFacts = {
  /** The sealed payload; undefined once it has expired. */
  sealed: string | undefined;
  isNewest: boolean;
  outcome: Outcome | undefined;
  attempts: RecordedAttempt[];
  /** Calling code and last two digits. */
  recipientHint: string | undefined;
  /** Names of all destinations that an operator blocks at present. */
  blocks: string[];
};

export type FinishedAttempt = {
  /** 1 for the first. */
  number: number;
  provider: string;
  result: AttemptResult;
  code: string | undefined;
  isUnrecognised: boolean;
  providerMessageId: string | undefined;
  /** Under what its receipts find it, if not simply under that id; then those of its further parts. */
  names?: readonly MessageName[] | undefined;
  wasAsked: boolean;
  /** Milliseconds since the epoch. */
  concludedAt: number;
};

/**
 * `superseded`, `blocked` and `concluded`: do not send. `settled`: the attempt before turned out to be accepted.
 * `stale`: somebody else began this attempt meanwhile. Then read the facts again.
 */
export type BeginAnswer = 'begun' | 'superseded' | 'blocked' | 'concluded' | 'settled' | 'stale';

export type SettleAnswer = {
  /** False if the result was already known, or if there is no such attempt. */
  isSettled: boolean;
  /** Receipts that arrived before the provider's message id was known; the caller must enter them. */
  early: Receipt[];
};

export type ConcludeAnswer = {
  /** False if the message already had its outcome, which stays. */
  isFirst: boolean;
  /** A receipt of a curable failure arrived before the end of the attempt, so nobody has put the message back yet. */
  isUndelivered: boolean;
  /** Receipts that arrived before the provider's message id was known. The caller enters them. */
  early: Receipt[];
};

/**
 * The stored state of deliveries. `holder` names one lease of a message by one worker, so that a command that the
 * connection repeats after a reconnect is recognised as already done, and not mistaken for another worker's.
 */
export type DeliveryStore = {
  facts(job: DeliveryJob): Promise<DeliveryFacts>;
  /** Must have answered `begun` before the provider is called. */
  begin(
    job: DeliveryJob,
    attempt: {
      number: number;
      provider: string;
      begunAt: number;
      holder: string;
      /** The names under which its destination can be blocked. */
      blockNames: readonly string[];
      /** A message that has its outcome, `sent`, and is sent again because its receipt says that it did not arrive. */
      isRedelivery: boolean;
      /** An earlier attempt may have cost something, so this one is an additional cost. */
      costsAgain: boolean;
      previous: FinishedAttempt | undefined;
      /** About the message, not the attempt. */
      /** The provider sends receipts to this gateway. */
      expectsReceipt?: boolean;
      notes: { route: string; encoding: string; segments: number };
    },
  ): Promise<BeginAnswer>;
  /**
   * Stores the end of an attempt if neither another attempt nor the outcome follows at once. As with the other two, the
   * first stored result stays, unless the provider was asked since: a worker that was presumed dead and returns with a
   * result must not hide that the result was unknown when the next attempt was made.
   */
  record(job: DeliveryJob, finished: FinishedAttempt): Promise<void>;
  /** Stores the late result of an attempt that was recorded as unknown. */
  settle(messageId: string, finished: FinishedAttempt): Promise<SettleAnswer>;
  /**
   * Gives the message its one outcome, or ends a redelivery. Deletes the payload, unless `awaitsReceipt`: then it
   * stays until the deadline at most, for another attempt should the receipt ask for one.
   */
  conclude(
    job: DeliveryJob,
    outcome: {
      outcome: Outcome;
      reason: string;
      at: number;
      holder: string;
      isRedelivery: boolean;
      awaitsReceipt: boolean;
      previous: FinishedAttempt | undefined;
    },
  ): Promise<ConcludeAnswer>;
};

type FieldList = (string | number)[];
/** The keys under which receipts find an attempt, and under which early receipts wait. */
type Filing = { key: string; early_receipts: string[]; reference: string; is_further_part: boolean };

const FACTS = loadScript<{
  keys: 'trace' | 'vault' | 'newest' | 'blocks';
  args: { id: string };
  answer: [trace: string[], sealed: string | null, isNewest: 0 | 1, blocks: string[]];
}>(new URL('../src/read-facts.lua', import.meta.url));

const BEGIN = loadScript<{
  keys: 'trace' | 'newest' | 'blocks' | 'segments' | 'overall_segments' | 'price' | 'overall_price';
  args: {
    id: string;
    holder: string;
    number: number;
    is_redelivery: boolean;
    costs_again: boolean;
    previous: FieldList;
    block_names: readonly string[];
    spend_shape: CounterShape;
    fields: FieldList;
  };
  answer: BeginAnswer;
}>(new URL('../src/begin-attempt.lua', import.meta.url));

const RECORD = loadScript<{
  keys: 'trace';
  args: { number: number; replaces: boolean; fields: FieldList };
  answer: 1;
}>(new URL('../src/record-attempt.lua', import.meta.url));

const CONCLUDE = loadScript<{
  keys: 'trace' | 'vault' | 'awaiting';
  args: {
    holder: string;
    trace_ms: number;
    is_redelivery: boolean;
    job: string | undefined;
    deadline: number;
    number: number;
    replaces: boolean;
    end_fields: FieldList;
    filings: Filing[];
    fields: FieldList;
  };
  answer: [isFirst: 0 | 1, isUndelivered: 0 | 1, early: string[]];
}>(new URL('../src/conclude.lua', import.meta.url));

const SETTLE = loadScript<{
  keys: 'trace';
  args: { number: number; provider: string; trace_ms: number; fields: FieldList; filings: Filing[] };
  answer: [isSettled: 0 | 1, early: string[]];
}>(new URL('../src/settle-attempt.lua', import.meta.url));

export function createDeliveryStore({ redis }: { redis: RedisClient }): DeliveryStore {
  const keysOf = ({ id, recipientKey }: DeliveryJob) => ({
    trace: gatewayKeys.trace(id),
    vault: gatewayKeys.vault(id),
    newest: gatewayKeys.newest(recipientKey),
    awaiting: gatewayKeys.awaiting(id),
    blocks: gatewayKeys.blocks,
  });

  return {
    facts: async (job) => {
      const [trace, sealed, isNewest, blocks] = await evalScript(redis, FACTS, {
        keys: keysOf(job),
        args: { id: job.id },
      });
      const fields = pairs(trace);
      return {
        sealed: sealed ?? undefined,
        isNewest: isNewest === 1,
        outcome: parseOutcome(fields),
        attempts: parseAttempts(fields),
        recipientHint: fields['recipient_hint'],
        blocks,
      };
    },
    begin: (
      job,
      {
        number,
        provider,
        begunAt,
        holder,
        blockNames,
        isRedelivery,
        costsAgain,
        previous,
        expectsReceipt,
        notes,
      },
    ) => {
      const spend = spendKeys(job.connection);
      return evalScript(redis, BEGIN, {
        keys: {
          ...keysOf(job),
          segments: spend.segments,
          overall_segments: spend.overallSegments,
          price: spend.price,
          overall_price: spend.overallPrice,
        },
        args: {
          id: job.id,
          holder,
          number,
          is_redelivery: isRedelivery,
          costs_again: costsAgain,
          previous: endFields(previous),
          block_names: blockNames,
          spend_shape: SPEND_SHAPE,
          fields: hashFields({
            ...notes,
            [`a${number}.provider`]: provider,
            [`a${number}.begun_at`]: begunAt,
            [`a${number}.holder`]: holder,
            [`a${number}.expects_receipt`]: expectsReceipt ? 1 : undefined,
          }),
        },
      });
    },
    record: async (job, finished) => {
      await evalScript(redis, RECORD, {
        keys: keysOf(job),
        args: { number: finished.number, replaces: finished.wasAsked, fields: endFields(finished) },
      });
    },
    conclude: async (job, { outcome, reason, at, holder, isRedelivery, awaitsReceipt, previous }) => {
      const [isFirst, isUndelivered, early] = await evalScript(redis, CONCLUDE, {
        keys: keysOf(job),
        args: {
          holder,
          trace_ms: TRACE_TTL_MS,
          is_redelivery: isRedelivery,
          job: awaitsReceipt ? JSON.stringify(job) : undefined,
          deadline: job.deadline,
          number: previous?.number ?? 0,
          replaces: previous?.wasAsked === true,
          end_fields: endFields(previous),
          filings: filingsOf(job.id, previous),
          fields: hashFields({ outcome, outcome_at: at, reason }),
        },
      });
      return {
        isFirst: isFirst === 1,
        isUndelivered: isUndelivered === 1,
        early: early.map((json) => parseEarlyReceipt(json, previous?.providerMessageId)),
      };
    },
    settle: async (messageId, finished) => {
      const [isSettled, early] = await evalScript(redis, SETTLE, {
        keys: { trace: gatewayKeys.trace(messageId) },
        args: {
          number: finished.number,
          provider: finished.provider,
          trace_ms: TRACE_TTL_MS,
          fields: endFields(finished),
          filings: filingsOf(messageId, finished),
        },
      });
      return {
        isSettled: isSettled === 1,
        early: early.map((json) => parseEarlyReceipt(json, finished.providerMessageId)),
      };
    },
  };
}

function filingsOf(messageId: string, finished: FinishedAttempt | undefined): Filing[] {
  if (finished?.result !== 'accepted') return [];
  const { provider, providerMessageId: own } = finished;
  const names =
    finished.names ?? (own === undefined ? [] : [{ scope: provider, id: own, receiptIds: [own] }]);
  return names.map(({ scope, id, receiptIds }, index) => ({
    key: gatewayKeys.providerMessage(scope, id),
    early_receipts: receiptIds.map((receiptId) => gatewayKeys.earlyReceipts(scope, receiptId)),
    reference: formatFiled({ messageId, attempt: finished.number, isFurtherPart: index > 0 }),
    is_further_part: index > 0,
  }));
}

function endFields(finished: FinishedAttempt | undefined): FieldList {
  if (finished === undefined) return [];
  const { number, result, code, isUnrecognised, providerMessageId, wasAsked, concludedAt } = finished;
  return hashFields({
    [`a${number}.result`]: result,
    [`a${number}.concluded_at`]: concludedAt,
    [`a${number}.code`]: code,
    [`a${number}.unrecognised`]: isUnrecognised ? 1 : undefined,
    [`a${number}.provider_message_id`]: providerMessageId,
    [`a${number}.asked`]: wasAsked ? 1 : undefined,
  });
}

function pairs(flat: string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? '';
  return fields;
}
