import {
  type AttemptResult,
  type DeliveryJob,
  gatewayKeys,
  type Outcome,
  type Receipt,
} from '@sms-gateway/contract';
import { BLOCKS_LUA } from '@sms-gateway/screening';
import type { RedisClient } from '@sms-gateway/redis';
import { parseEarlyReceipt } from './receipt-store.ts';
import { evalScript, hashFields, script } from '@sms-gateway/redis';
import { SPEND_WINDOW_MS, spendKeys } from '@sms-gateway/screening';
import { parseAttempts, parseOutcome, TRACE_TTL_MS, type TraceAttempt } from './trace.ts';
import { counterName, shapesLua, WINDOWED_COUNTER_LUA } from '@sms-gateway/screening';

/** An attempt as it stands in the trace: without a result it was begun and, as far as anybody knows, never concluded. */
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
  /** Names of all destinations that an operator has blocked by hand, as long as it holds. */
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
  wasAsked: boolean;
  /** Milliseconds since the epoch. */
  concludedAt: number;
};

/**
 * `superseded`, `blocked` and `concluded`: do not send. `stale`: somebody else began this attempt meanwhile; read the
 * facts again.
 */
export type BeginAnswer = 'begun' | 'superseded' | 'blocked' | 'concluded' | 'stale';

export type ConcludeAnswer = {
  /** False where the message had its outcome before, which stays. */
  isFirst: boolean;
  /** A receipt that another provider may cure was there before the attempt's end was: nobody has put the message back. */
  isUndelivered: boolean;
  /** Receipts that came before the provider's id of the message was known; they are now to be entered. */
  early: Receipt[];
};

/**
 * What deliveries remember. `holder` names one holding of a message by one worker, so that a command that the
 * connection repeats by itself after a reconnect is recognised as done, and not mistaken for somebody else's.
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
      /** Under what names its destination can be blocked. */
      blockNames: readonly string[];
      /** A message that has its outcome, `sent`, and is sent again because its receipt says that it did not arrive. */
      isRedelivery: boolean;
      /** An earlier attempt may have cost something, so this one is a cost of its own. */
      costsAgain: boolean;
      previous: FinishedAttempt | undefined;
      /** About the message, not the attempt. */
      notes: { route: string; encoding: string; segments: number };
    },
  ): Promise<BeginAnswer>;
  /**
   * Writes down what an attempt came to, where neither another one nor the outcome follows at once. As with the other
   * two, what was written first stays, unless the provider was asked since: who was given up for dead, and comes back
   * with a result, must not hide that it was unknown when the next attempt was made.
   */
  record(job: DeliveryJob, finished: FinishedAttempt): Promise<void>;
  /**
   * Gives the message its one outcome, or ends a redelivery. Forgets the payload, unless `awaitsReceipt`: then it
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

/** The id of the newest message, or nil; the time when it was requested may follow it. */
const NEWEST_LUA = `local newest = string.match(redis.call('GET', KEYS[3]) or '', '^%S+')`;

const FACTS = script<[trace: string[], sealed: string | null, isNewest: 0 | 1, blocks: string[]]>(`
  ${WINDOWED_COUNTER_LUA}
  ${BLOCKS_LUA}
  ${NEWEST_LUA}
  local blocks, flat = {}, redis.call('HGETALL', KEYS[5])
  for i = 1, #flat, 2 do
    if is_in_force(flat[i + 1], clock('')) then blocks[#blocks + 1] = flat[i] end
  end
  return { redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2]), (not newest or newest == ARGV[1]) and 1 or 0,
    blocks }
`);

const SPEND_SHAPES_LUA = shapesLua([{ name: counterName(SPEND_WINDOW_MS), windowMs: SPEND_WINDOW_MS }]);

// KEYS: those of every script here, the blocks, then the counters of what is spent: they are the ingress's, which counts
// in them only where the configuration has a cap.
// ARGV: id, holder, attempt number, whether it is a redelivery, whether it costs again, count of the fields of the
// previous attempt's end and of the names that can be blocked, those fields, those names, fields of the new attempt.
const BEGIN = script<BeginAnswer>(`
  ${WINDOWED_COUNTER_LUA}
  ${BLOCKS_LUA}
  local trace, id, holder, number, isRedelivery, ended, names =
    KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1', tonumber(ARGV[6]), tonumber(ARGV[7])
  local begun = tonumber(redis.call('HGET', trace, 'attempts') or '0')
  if begun >= number then
    local mine = begun == number and redis.call('HGET', trace, 'a' .. number .. '.holder') == holder
    return mine and 'begun' or 'stale'
  end
  if ended > 0 and redis.call('HEXISTS', trace, 'a' .. (number - 1) .. '.result') == 0 then
    redis.call('HSET', trace, unpack(ARGV, 8, 7 + ended))
  end
  if redis.call('HEXISTS', trace, 'outcome') == 1 and not isRedelivery then return 'concluded' end
  ${NEWEST_LUA}
  if newest and newest ~= id then return 'superseded' end
  if blocked_by(clock(''), KEYS[5], 8 + ended, names) > 0 then return 'blocked' end
  redis.call('HSET', trace, 'attempts', number, unpack(ARGV, 8 + ended + names))
  if ARGV[5] == '1' then
    local spent = redis.call('HMGET', trace, 'spend_segments', 'spend_price')
    for i = 0, 3 do
      local cost = tonumber(spent[i < 2 and 1 or 2] or nil)
      if cost and redis.call('EXISTS', KEYS[6 + i]) == 1 then
        add(look(clock(''), KEYS[6 + i], ${SPEND_SHAPES_LUA}), { cost })
      end
    end
  end
  return 'begun'
`);

// ARGV: attempt number, whether it replaces the result, fields of its end.
const RECORD = script<1>(`
  if ARGV[2] == '1' or redis.call('HEXISTS', KEYS[1], 'a' .. ARGV[1] .. '.result') == 0 then
    redis.call('HSET', KEYS[1], unpack(ARGV, 3))
  end
  return 1
`);

// KEYS: trace, vault, newest, awaiting, and where the attempt has an id at its provider: providerMessage, early receipts.
// ARGV: holder, life of the trace, whether it is a redelivery, the job to keep or nothing, its deadline, the
// attempt's reference and number, count of the fields of its end, whether they replace a result, those fields, and
// the fields of the outcome.
const CONCLUDE = script<[isFirst: 0 | 1, isUndelivered: 0 | 1, early: string[]]>(`
  local trace, vault, awaiting = KEYS[1], KEYS[2], KEYS[4]
  local holder, life, isRedelivery, job, count, replaces =
    ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4], tonumber(ARGV[8]), ARGV[9] == '1'
  local isEnded = redis.call('HEXISTS', trace, 'a' .. ARGV[7] .. '.result') == 1
  if count > 0 and (replaces or not isEnded) then redis.call('HSET', trace, unpack(ARGV, 10, 9 + count)) end
  local outcome = redis.call('HGET', trace, 'outcome')
  local isMine = not outcome or redis.call('HGET', trace, 'outcome_holder') == holder
  if not outcome then redis.call('HSET', trace, 'outcome_holder', holder, unpack(ARGV, 10 + count)) end
  if redis.call('PTTL', trace) < 0 then redis.call('PEXPIRE', trace, life) end

  local early = {}
  if #KEYS > 4 then
    redis.call('SET', KEYS[5], ARGV[6], 'PX', life)
    early = redis.call('HVALS', KEYS[6])
  end
  local receipt = redis.call('HGET', trace, 'a' .. ARGV[7] .. '.receipt')
  local isCurable = redis.call('HGET', trace, 'a' .. ARGV[7] .. '.receipt_curable') == '1'
  local isFinal = receipt and receipt ~= 'sent' and not isCurable
  if job ~= '' and not isFinal then
    redis.call('SET', awaiting, job, 'PXAT', ARGV[5])
  elseif isMine or isRedelivery then
    redis.call('DEL', vault, awaiting)
  end
  return { isMine and 1 or 0, isCurable and 1 or 0, early }
`);

export function createDeliveryStore({ redis }: { redis: RedisClient }): DeliveryStore {
  const keysOf = ({ id, recipientKey }: DeliveryJob) => [
    gatewayKeys.trace(id),
    gatewayKeys.vault(id),
    gatewayKeys.newest(recipientKey),
    gatewayKeys.awaiting(id),
  ];

  return {
    facts: async (job) => {
      const [trace, sealed, isNewest, blocks] = await evalScript(redis, FACTS, {
        keys: [...keysOf(job), gatewayKeys.blocks],
        args: [job.id],
      });
      const fields = pairs(trace);
      return {
        sealed: sealed ?? undefined,
        isNewest: isNewest === 1,
        outcome: parseOutcome(fields),
        attempts: parseAttempts(fields),
        blocks,
      };
    },
    begin: (
      job,
      { number, provider, begunAt, holder, blockNames, isRedelivery, costsAgain, previous, notes },
    ) => {
      const ended = endFields(previous);
      const spend = spendKeys(job.connection);
      return evalScript(redis, BEGIN, {
        keys: [
          ...keysOf(job),
          gatewayKeys.blocks,
          spend.segments,
          spend.overallSegments,
          spend.price,
          spend.overallPrice,
        ],
        args: [
          job.id,
          holder,
          number,
          isRedelivery ? 1 : 0,
          costsAgain ? 1 : 0,
          ended.length,
          blockNames.length,
          ...ended,
          ...blockNames,
          ...hashFields({
            ...notes,
            [`a${number}.provider`]: provider,
            [`a${number}.begun_at`]: begunAt,
            [`a${number}.holder`]: holder,
          }),
        ],
      });
    },
    record: async (job, finished) => {
      await evalScript(redis, RECORD, {
        keys: keysOf(job),
        args: [finished.number, finished.wasAsked ? 1 : 0, ...endFields(finished)],
      });
    },
    conclude: async (job, { outcome, reason, at, holder, isRedelivery, awaitsReceipt, previous }) => {
      const ended = endFields(previous);
      const providerId = previous?.result === 'accepted' ? previous.providerMessageId : undefined;
      const [isFirst, isUndelivered, early] = await evalScript(redis, CONCLUDE, {
        keys: [
          ...keysOf(job),
          ...(previous && providerId !== undefined
            ? [
                gatewayKeys.providerMessage(previous.provider, providerId),
                gatewayKeys.earlyReceipts(previous.provider, providerId),
              ]
            : []),
        ],
        args: [
          holder,
          TRACE_TTL_MS,
          isRedelivery ? 1 : 0,
          awaitsReceipt ? JSON.stringify(job) : '',
          job.deadline,
          previous ? `${job.id}.${previous.number}` : '',
          previous?.number ?? 0,
          ended.length,
          previous?.wasAsked === true ? 1 : 0,
          ...ended,
          ...hashFields({ outcome, outcome_at: at, reason }),
        ],
      });
      return {
        isFirst: isFirst === 1,
        isUndelivered: isUndelivered === 1,
        early: early.map((json) => parseEarlyReceipt(json, providerId ?? '')),
      };
    },
  };
}

function endFields(finished: FinishedAttempt | undefined): (string | number)[] {
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
