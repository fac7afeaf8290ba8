import {
  type AttemptResult,
  type DeliveryJob,
  gatewayKeys,
  type MessageName,
  type Outcome,
  type Receipt,
} from '@sms-gateway/contract';
import { evalScript, hashFields, loadScript, type RedisClient } from '@sms-gateway/redis';
import { spendKeys } from '@sms-gateway/screening';
import { createRunStep, type FieldList, type Filing } from './delivery-steps.ts';
import { formatFiled } from './filed-attempt.ts';
import {
  type DeliveryFacts,
  deliveryFacts,
  type JobRequest,
  type NextJob,
  nextJob,
  takeRequest,
} from './next-job.ts';
import { parseEarlyReceipt } from './receipt-store.ts';
import { TRACE_TTL_MS } from './trace.ts';

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
 * `superseded`, `blocked` and `concluded`: do not send. `settled`: the attempt before turned out to have another
 * result.
 * `outdated`: the end of the attempt before is not known here, as after a failover that forgot it.
 * `stale`: somebody else began this attempt meanwhile. Then read the facts again.
 */
export type BeginAnswer = 'begun' | 'superseded' | 'blocked' | 'concluded' | 'settled' | 'outdated' | 'stale';

export type SettleAnswer = {
  /** False if the result was already known, or if there is no such attempt. */
  isSettled: boolean;
  /** Receipts that arrived before the provider's message id was known; the caller must enter them. */
  early: Receipt[];
};

/** A job that is to leave the queue together with the outcome of its message, and the request for the next one. */
export type JobRelease = { jobId: string; token: string; next: JobRequest | undefined };

export type ConcludeAnswer = {
  /** False if the message already had its outcome, which stays. */
  isFirst: boolean;
  /** Nothing was written: somebody has stored another result of the last attempt meanwhile. Read the facts again. */
  isOutdated: boolean;
  /** A receipt of a curable failure arrived before the end of the attempt, so nobody has put the message back yet. */
  isUndelivered: boolean;
  /** Receipts that arrived before the provider's message id was known. The caller enters them. */
  early: Receipt[];
  /** Set if the job has left the queue. It has not while a receipt is to be seen to, or if its lock is lost. */
  released: { next: NextJob | undefined } | undefined;
};

/**
 * The stored state of deliveries. `holder` names one lease of a message by one worker, so that a command that the
 * connection repeats after a reconnect is recognised as already done, and not mistaken for another worker's.
 */
export type DeliveryStore = {
  /** Takes the next job of the queue, with what is known of its message. */
  take(request: JobRequest): Promise<NextJob>;
  facts(job: DeliveryJob): Promise<DeliveryFacts>;
  /** Must have answered `begun` before the provider is called. */
  begin(
    job: DeliveryJob,
    attempt: {
      number: number;
      provider: string;
      begunAt: number;
      holder: string;
      /**
       * The names under which its destination can be blocked. Undefined where nothing was blocked when the facts were read: if
       * anything is now, the answer is `blocked`, and the new facts tell what.
       */
      blockNames: readonly string[] | undefined;
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
   * stays until the deadline at most, for another attempt should the receipt ask for one. With `release`, the job leaves the
   * queue in the same command, if nothing is left to be done.
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
      release?: JobRelease | undefined;
    },
  ): Promise<ConcludeAnswer>;
};

const RECORD = loadScript<{
  keys: 'trace';
  args: { number: number; replaces: boolean; fields: FieldList };
  answer: 1;
}>(new URL('../src/record-attempt.lua', import.meta.url));

const SETTLE = loadScript<{
  keys: 'trace';
  args: { number: number; provider: string; trace_ms: number; fields: FieldList; filings: Filing[] };
  answer: [isSettled: 0 | 1, early: string[]];
}>(new URL('../src/settle-attempt.lua', import.meta.url));

export function createDeliveryStore({ redis }: { redis: RedisClient }): DeliveryStore {
  const run = createRunStep({ redis });

  return {
    take: async (request) => {
      const { answer, blocks } = await run('take', takeRequest(request));
      return nextJob(answer, blocks);
    },
    facts: async ({ id, recipientKey }) => {
      const { answer, blocks } = await run('facts', { id, recipientKey });
      return deliveryFacts(answer, blocks);
    },
    begin: async (job, attempt) => {
      const { number, previous, notes } = attempt;
      const { answer } = await run('begin', {
        id: job.id,
        recipientKey: job.recipientKey,
        spend: attempt.costsAgain ? spendArguments(job.connection) : undefined,
        holder: attempt.holder,
        number,
        is_redelivery: attempt.isRedelivery,
        previous: endFields(previous),
        rests_on: previous?.result,
        block_names: attempt.blockNames,
        fields: [
          ...hashFields(notes),
          ...attemptFields(number, {
            provider: attempt.provider,
            begun_at: attempt.begunAt,
            holder: attempt.holder,
            expects_receipt: attempt.expectsReceipt ? 1 : undefined,
          }),
        ],
      });
      return answer;
    },
    record: async (job, finished) => {
      await evalScript(redis, RECORD, {
        keys: { trace: gatewayKeys.trace(job.id) },
        args: { number: finished.number, replaces: finished.wasAsked, fields: endFields(finished) },
      });
    },
    conclude: async (
      job,
      { outcome, reason, at, holder, isRedelivery, awaitsReceipt, previous, release },
    ) => {
      const { answer, blocks } = await run('conclude', {
        id: job.id,
        holder,
        is_redelivery: isRedelivery,
        job: awaitsReceipt ? JSON.stringify(job) : undefined,
        deadline: job.deadline,
        number: previous?.number ?? 0,
        replaces: previous?.wasAsked === true,
        // That a provider took the message stands, whatever another worker took the attempt for.
        rests_on: outcome === 'sent' || previous?.wasAsked ? undefined : previous?.result,
        end_fields: endFields(previous),
        filings: filingsOf(job.id, previous),
        fields: hashFields({ outcome, outcome_at: at, reason }),
        release: release && {
          id: release.jobId,
          token: release.token,
          next: release.next && takeRequest(release.next),
        },
      });
      const [isFirst, isUndelivered, early, isReleased, next, isOutdated] = answer;
      return {
        isFirst: isFirst === 1,
        isOutdated: isOutdated === 1,
        isUndelivered: isUndelivered === 1,
        early: early.map((json) => parseEarlyReceipt(json, previous?.providerMessageId)),
        released: isReleased === 1 ? { next: next ? nextJob(next, blocks) : undefined } : undefined,
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

function spendArguments(connection: string) {
  const { segments, overallSegments, price, overallPrice } = spendKeys(connection);
  return { segments, overall_segments: overallSegments, price, overall_price: overallPrice };
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
  return attemptFields(number, {
    result,
    concluded_at: concludedAt,
    code,
    unrecognised: isUnrecognised ? 1 : undefined,
    provider_message_id: providerMessageId,
    asked: wasAsked ? 1 : undefined,
  });
}

/** Fields and values of an attempt, as the trace has them (`parseAttempts`). */
function attemptFields(number: number, fields: Record<string, string | number | undefined>): FieldList {
  const flat: FieldList = [];
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) flat.push(`a${number}.${name}`, value);
  }
  return flat;
}
