import {
  type DeliveryJob,
  gatewayKeys,
  maskPhoneNumber,
  type PhoneNumber,
  QUEUE_NAME,
} from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';
import { type Block, BLOCKS_LUA, parseBlock } from '@sms-gateway/screening';
import type { DurabilityCheck } from '@sms-gateway/redis';
import type { Identity } from '@sms-gateway/privacy';
import { openQueue } from './queue.ts';
import { createReplication } from '@sms-gateway/redis';
import {
  perPlan,
  type ReachedRule,
  ruleOf,
  type Screening,
  type ScreeningPlan,
  screeningArgs,
  screeningKeys,
} from '@sms-gateway/screening';
import { evalScript, hashFields, script } from '@sms-gateway/redis';
import { TRACE_TTL_MS } from './trace.ts';
import type { Vault } from '@sms-gateway/privacy';

const PROBE_TTL_MS = 5000;
/** Milliseconds for which the same message is recognised and answered with the same id. */
const REPEAT_WINDOW_MS = 15 * 60 * 1000;
/** How far a caller's clock may be ahead: a code that came from the far future could never be replaced. */
const CLOCK_TOLERANCE_MS = 30_000;

/** The queue could not take the message durably. It may be in there all the same: say anything but 200. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

export type AcceptedMessage = {
  kind: 'accepted';
  id: string;
  isRepeat: boolean;
  /** The rules that it went against, and that only record. */
  reached: ReachedRule[];
};

/** Nothing was stored, and nothing counted. */
export type RefusedMessage =
  /** `reached` are all rules that stood in its way, those that only record among them. */
  | { kind: 'limited'; id: string; reached: ReachedRule[] }
  /** An operator has blocked its destination. */
  | { kind: 'blocked'; id: string; block: Block };

export type Producer = {
  /**
   * Resolves once the message is as durable as `DURABILITY` promises; settles within 5 seconds.
   * @throws {QueueUnavailableError}
   */
  accept(message: {
    connection: string;
    recipient: PhoneNumber;
    text: string;
    sender: string | undefined;
    messageType: string | undefined;
    /** Kind of a message that is no code, and so neither replaces codes nor is replaced by them. */
    notice: string | undefined;
    idempotencyKey: string | undefined;
    /** Milliseconds, from when it was requested, that the message is worth sending. */
    ttlMs: number;
    /**
     * When the message was first to be sent, in milliseconds since the epoch and by the caller's clock, if the caller
     * tells: of two messages that have it the later replaces the other, in whatever order they arrive. Otherwise the one
     * that arrives later does.
     */
    requestedAt: number | undefined;
    /** A repeat costs nothing, and is never refused. */
    screening: Screening;
    /** Rules about its destination that would have refused it; they are in its trace. */
    recordedDestination: readonly string[];
  }): Promise<AcceptedMessage | RefusedMessage>;
  close(): Promise<void>;
};

type Deps = {
  redis: RedisClient;
  check: DurabilityCheck;
  vault: Vault;
  identity: Identity;
  now: () => number;
  /** Replicas that must have a message before it counts as accepted. */
  replicas: number;
  /** Replaces Redis's own clock where messages are screened, for simulations. */
  screeningClock?: () => number;
};

// A repeat must change nothing: it would bring back the text of a message that is done, or make an old code the
// newest again. Whether it is one only BullMQ's own keys can tell, for they alone mean that the job was stored.
// A trace under this id can only be of the same message long ago; its outcome is not this one's.
// Screening is part of it, so that it costs no round trip, and a message is counted if and only if it is offered.
// What was offered before and not stored (the caller got an error) is in the vault, without an outcome, and was counted
// then. With an outcome it was sent, and its payload is only kept in case that the receipt asks for it.
// Answers: 0 a repeat, 1 offered, 2 refused, 3 blocked and its value; then of each rule reached its number and
// milliseconds.
const offerWith = perPlan(({ lua }) =>
  script<[0] | [1 | 2, ...number[]] | [3, number, string]>(`
  if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return { 0 } end
  ${lua}
  ${BLOCKS_LUA}
  local newest, names, first_field, requested_at =
    tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
  local first_screening = 10 + names
  local block = blocked_by(clock(ARGV[first_screening]), KEYS[5], 10, names)
  if block > 0 then return { 3, block, redis.call('HGET', KEYS[5], ARGV[9 + block]) } end
  local answer, recorded = { 1 }, {}
  local is_counted = redis.call('EXISTS', KEYS[3]) == 1 and redis.call('HEXISTS', KEYS[4], 'outcome') == 0
  if not is_counted then
    local screened = screen(6 + newest, first_screening)
    for _, rule in pairs(screened.rules) do
      if rule[4] > 0 then
        answer[#answer + 1] = rule[1]
        answer[#answer + 1] = rule[4]
        if rule[5] == 'enforce' then answer[1] = 2 else recorded[#recorded + 1] = rule[6] end
      end
    end
    if answer[1] == 2 then return answer end
    keep(screened, ARGV[1])
  end
  redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
  redis.call('DEL', KEYS[4])
  redis.call('HSET', KEYS[4], unpack(ARGV, first_field))
  if #recorded > 0 then redis.call('HSET', KEYS[4], 'recorded_rules', table.concat(recorded, ',')) end
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
  local mark = requested_at and ARGV[1] .. ' ' .. ARGV[9] or ARGV[1]
  for i = 6, 5 + newest do
    local other_at = requested_at and tonumber(string.match(redis.call('GET', KEYS[i]) or '', ' (%d+)$'))
    if not other_at or other_at <= requested_at then redis.call('SET', KEYS[i], mark, 'PX', ARGV[4]) end
  end
  return answer
`),
);

/**
 * Puts messages durably into the queue. First the payload, trace and "newest" mark, then the job: an error between
 * the two leaves nothing that would be sent, and the caller, who gets an error, may safely try again.
 */
export function createProducer({
  redis,
  check,
  vault,
  identity,
  now,
  replicas,
  screeningClock,
}: Deps): Producer {
  const queue = openQueue(redis);
  const replication = replicas > 0 ? createReplication({ redis, replicas }) : undefined;

  async function store(
    job: DeliveryJob,
    offer: Parameters<typeof evalScript>[2],
    screening: Screening,
  ): Promise<AcceptedMessage | RefusedMessage> {
    const answer = await evalScript(redis, offerWith(screening.plan), offer);
    if (answer[0] === 3) {
      const [, number, value] = answer;
      const block = parseBlock(screening.blockNames[number - 1] ?? '', value);
      return { kind: 'blocked', id: job.id, block };
    }
    const [status, ...numbers] = answer;
    const reached = reachedRules(numbers, screening.plan);
    if (status === 2) return { kind: 'limited', id: job.id, reached };
    const isNew = status === 1;
    if (isNew) {
      await queue.add(QUEUE_NAME, job, {
        jobId: job.id,
        timestamp: job.acceptedAt,
        deduplication: { id: job.id, ttl: REPEAT_WINDOW_MS },
      });
    }
    // WAIT waits for this connection's own writes only (since Redis 7.2), and a repeat has made none.
    if (replication && !isNew) await redis.set(gatewayKeys.probe, job.id, 'PX', PROBE_TTL_MS);
    await replication?.confirm();
    return { kind: 'accepted', id: job.id, isRepeat: !isNew, reached };
  }

  return {
    accept: async (message) => {
      const { connection, recipient, text, sender, messageType, notice, idempotencyKey, ttlMs } = message;
      const { screening } = message;
      const { ready, reasons } = check.state();
      if (!ready) throw new QueueUnavailableError(reasons.join('; '));

      const id = identity.messageId({ connection, recipient: recipient.e164, text, idempotencyKey });
      const recipientKeys = identity.recipientKeys(connection, recipient.e164, notice);
      const sealed = await vault.seal(id, {
        to: recipient.e164,
        body: text,
        ...(sender !== undefined && { from: sender }),
        ...(messageType !== undefined && { messageType }),
      });
      const acceptedAt = now();
      const requestedAt =
        message.requestedAt && Math.min(message.requestedAt, acceptedAt + CLOCK_TOLERANCE_MS);
      const deadline = Math.min(requestedAt ?? acceptedAt, acceptedAt) + ttlMs;
      const { blockNames } = screening;
      const screened = screeningArgs(screening, screeningClock?.());
      try {
        return await store(
          { id, connection, recipientKey: recipientKeys[0], acceptedAt, deadline },
          {
            keys: [
              gatewayKeys.job(id),
              gatewayKeys.deduplication(id),
              gatewayKeys.vault(id),
              gatewayKeys.trace(id),
              gatewayKeys.blocks,
              ...recipientKeys.map(gatewayKeys.newest),
              ...screeningKeys(screening),
            ],
            args: [
              id,
              sealed,
              Math.max(1, deadline - acceptedAt),
              // As long as any older message could still wait, also one with a longer life.
              Math.max(ttlMs, MAX_MESSAGE_TTL_MS),
              TRACE_TTL_MS,
              recipientKeys.length,
              blockNames.length,
              OFFER_ARGS + blockNames.length + screened.length + 1,
              requestedAt ?? '',
              ...blockNames,
              ...screened,
              ...hashFields({
                connection,
                country: recipient.country,
                recipient_hint: maskPhoneNumber(recipient),
                retired_form: recipient.retiredForm,
                requested_at: requestedAt,
                accepted_at: acceptedAt,
                deadline,
                recorded_destination: message.recordedDestination.join(',') || undefined,
                recipient_key: screening.code?.recipientKey,
                spend_segments: screening.cost.segments > 0 ? screening.cost.segments : undefined,
                spend_price: screening.cost.price > 0 ? screening.cost.price : undefined,
              }),
            ],
          },
          screening,
        );
      } catch (error) {
        throw new QueueUnavailableError(`Redis did not confirm the message (${kindOf(error)})`, {
          cause: error,
        });
      }
    },
    close: () => queue.close(),
  };
}

/** Arguments of the script before those that vary in number. */
const OFFER_ARGS = 9;

/** From the script's answer: the number of a rule and its milliseconds, in turn. */
function reachedRules(numbers: readonly number[], plan: ScreeningPlan): ReachedRule[] {
  return numbers.flatMap((number, position) => {
    const retryAfterMs = numbers[position + 1];
    if (position % 2 === 1 || retryAfterMs === undefined) return [];
    return [{ ...ruleOf(plan, number), retryAfterMs }];
  });
}

/** Redis's own error code (such as OOM or READONLY), or what the client says; nothing of the command, which holds secrets. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? error.name;
}

/** The longest life that a message can be configured to have, in milliseconds. */
const MAX_MESSAGE_TTL_MS = 3600 * 1000;
