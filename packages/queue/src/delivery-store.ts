import { type AttemptResult, type DeliveryJob, gatewayKeys, type Outcome } from '@sms-gateway/contract';
import type { RedisClient } from './connect.ts';
import { evalScript, hashFields, script } from './script.ts';
import { parseAttempts, parseOutcome, TRACE_TTL_MS, type TraceAttempt } from './trace.ts';

/** An attempt as it stands in the trace: without a result it was begun and, as far as anybody knows, never concluded. */
export type RecordedAttempt = Pick<TraceAttempt, 'provider' | 'result' | 'code' | 'isUnrecognised'>;

export type DeliveryFacts = {
  /** The sealed payload; undefined once it has expired. */
  sealed: string | undefined;
  isNewest: boolean;
  outcome: Outcome | undefined;
  attempts: RecordedAttempt[];
};

export type FinishedAttempt = {
  /** 1 for the first. */
  number: number;
  result: AttemptResult;
  code: string | undefined;
  isUnrecognised: boolean;
  providerMessageId: string | undefined;
  /** Milliseconds since the epoch. */
  concludedAt: number;
};

/** `superseded` and `concluded`: do not send. `stale`: somebody else began this attempt meanwhile; read the facts again. */
export type BeginAnswer = 'begun' | 'superseded' | 'concluded' | 'stale';
/** `concluded`: the message had its outcome before, which stays. */
export type ConcludeAnswer = 'done' | 'concluded';

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
      previous: FinishedAttempt | undefined;
    },
  ): Promise<BeginAnswer>;
  /** Writes down what an attempt came to, where neither another one nor the outcome follows at once. */
  record(job: DeliveryJob, finished: FinishedAttempt): Promise<void>;
  /** Gives the message its one outcome and forgets its payload. */
  conclude(
    job: DeliveryJob,
    outcome: {
      outcome: Outcome;
      reason: string;
      at: number;
      holder: string;
      previous: FinishedAttempt | undefined;
    },
  ): Promise<ConcludeAnswer>;
};

const FACTS = script<[trace: string[], sealed: string | null, isNewest: 0 | 1]>(`
  local newest = redis.call('GET', KEYS[3])
  return { redis.call('HGETALL', KEYS[1]), redis.call('GET', KEYS[2]), (not newest or newest == ARGV[1]) and 1 or 0 }
`);

// ARGV: holder, attempt number, fields of the previous attempt's end and their count, fields of the new attempt.
const BEGIN = script<BeginAnswer>(`
  local trace, id, holder, number, count = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
  local begun = tonumber(redis.call('HGET', trace, 'attempts') or '0')
  if begun >= number then
    local mine = begun == number and redis.call('HGET', trace, 'a' .. number .. '.holder') == holder
    return mine and 'begun' or 'stale'
  end
  if count > 0 then redis.call('HSET', trace, unpack(ARGV, 5, 4 + count)) end
  if redis.call('HEXISTS', trace, 'outcome') == 1 then return 'concluded' end
  local newest = redis.call('GET', KEYS[3])
  if newest and newest ~= id then return 'superseded' end
  redis.call('HSET', trace, 'attempts', number, unpack(ARGV, 5 + count))
  return 'begun'
`);

const RECORD = script<1>(`
  redis.call('HSET', KEYS[1], unpack(ARGV))
  return 1
`);

const CONCLUDE = script<ConcludeAnswer>(`
  redis.call('DEL', KEYS[2])
  if redis.call('HEXISTS', KEYS[1], 'outcome') == 1 then
    return redis.call('HGET', KEYS[1], 'outcome_holder') == ARGV[1] and 'done' or 'concluded'
  end
  redis.call('HSET', KEYS[1], 'outcome_holder', ARGV[1], unpack(ARGV, 3))
  if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 'done'
`);

export function createDeliveryStore({ redis }: { redis: RedisClient }): DeliveryStore {
  const keysOf = ({ id, recipientKey }: DeliveryJob) => [
    gatewayKeys.trace(id),
    gatewayKeys.vault(id),
    gatewayKeys.newest(recipientKey),
  ];

  return {
    facts: async (job) => {
      const [trace, sealed, isNewest] = await evalScript(redis, FACTS, {
        keys: keysOf(job),
        args: [job.id],
      });
      const fields = pairs(trace);
      return {
        sealed: sealed ?? undefined,
        isNewest: isNewest === 1,
        outcome: parseOutcome(fields),
        attempts: parseAttempts(fields),
      };
    },
    begin: (job, { number, provider, begunAt, holder, previous }) => {
      const ended = endFields(previous);
      return evalScript(redis, BEGIN, {
        keys: keysOf(job),
        args: [
          job.id,
          holder,
          number,
          ended.length,
          ...ended,
          ...hashFields({
            [`a${number}.provider`]: provider,
            [`a${number}.begun_at`]: begunAt,
            [`a${number}.holder`]: holder,
          }),
        ],
      });
    },
    record: async (job, finished) => {
      await evalScript(redis, RECORD, { keys: keysOf(job), args: endFields(finished) });
    },
    conclude: (job, { outcome, reason, at, holder, previous }) => {
      return evalScript(redis, CONCLUDE, {
        keys: keysOf(job),
        args: [
          holder,
          TRACE_TTL_MS,
          ...hashFields({ outcome, outcome_at: at, reason }),
          ...endFields(previous),
        ],
      });
    },
  };
}

function endFields(finished: FinishedAttempt | undefined): (string | number)[] {
  if (finished === undefined) return [];
  const { number, result, code, isUnrecognised, providerMessageId, concludedAt } = finished;
  return hashFields({
    [`a${number}.result`]: result,
    [`a${number}.concluded_at`]: concludedAt,
    [`a${number}.code`]: code,
    [`a${number}.unrecognised`]: isUnrecognised ? 1 : undefined,
    [`a${number}.provider_message_id`]: providerMessageId,
  });
}

function pairs(flat: string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? '';
  return fields;
}
