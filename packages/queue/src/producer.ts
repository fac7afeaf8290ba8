import {
  type DeliveryJob,
  gatewayKeys,
  maskPhoneNumber,
  type PhoneNumber,
  QUEUE_NAME,
} from '@sms-gateway/contract';
import type { RedisClient } from './connect.ts';
import type { DurabilityCheck } from './durability.ts';
import type { Identity } from './identity.ts';
import { type Limit, LIMITS_LUA, type ReachedLimit } from './limits.ts';
import { openQueue } from './queue.ts';
import { createReplication } from './replication.ts';
import { evalScript, hashFields, script } from './script.ts';
import { TRACE_TTL_MS } from './trace.ts';
import type { Vault } from './vault.ts';

const PROBE_TTL_MS = 5000;
/** Milliseconds for which the same message is recognised and answered with the same id. */
const REPEAT_WINDOW_MS = 15 * 60 * 1000;

/** The queue could not take the message durably. It may be in there all the same: say anything but 200. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
}

export type AcceptedMessage = {
  kind: 'accepted';
  id: string;
  isRepeat: boolean;
  /** Those that it went beyond, where they only record. */
  reached: ReachedLimit[];
};

/** Nothing was stored, and nothing counted. `reached` are all limits that stood in its way. */
export type LimitedMessage = { kind: 'limited'; reached: ReachedLimit[] };

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
    ttlMs: number;
    /** A repeat costs nothing, and is never refused. */
    limits: { mode: 'enforce' | 'record'; limits: Limit[] };
  }): Promise<AcceptedMessage | LimitedMessage>;
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
};

// A repeat must change nothing: it would bring back the text of a message that is done, or make an old code the
// newest again. Whether it is one only BullMQ's own keys can tell, for they alone mean that the job was stored.
// A trace under this id can only be of the same message long ago; its outcome is not this one's.
// The limits are part of it, so that they cost no round trip, and a message is counted if and only if it is offered.
// What was offered before and not stored (the caller got an error) is in the vault and was counted then.
const OFFER = script<[0] | [1 | 2, ...number[]]>(`
  if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return { 0 } end
  ${LIMITS_LUA}
  local newest, limits, enforced = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8] == 'enforce'
  local first_limit = 4 + newest
  local reached = { 1 }
  if limits > 0 and redis.call('EXISTS', KEYS[3]) == 0 then
    local time = redis.call('TIME')
    local now = time[1] * 1000 + time[2] / 1000
    for i = 1, limits do
      local wait = wait_for(now, KEYS[first_limit + i], tonumber(ARGV[7 + 2 * i]), tonumber(ARGV[8 + 2 * i]))
      if wait > 0 then
        reached[#reached + 1] = i
        reached[#reached + 1] = wait
      end
    end
    if enforced and #reached > 1 then
      reached[1] = 2
      return reached
    end
    for i = 1, limits do count(now, KEYS[first_limit + i], tonumber(ARGV[7 + 2 * i])) end
  end
  redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
  redis.call('DEL', KEYS[4])
  redis.call('HSET', KEYS[4], unpack(ARGV, 9 + 2 * limits))
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
  for i = 5, first_limit do redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[4]) end
  return reached
`);

/**
 * Puts messages durably into the queue. First the payload, trace and "newest" mark, then the job: an error between
 * the two leaves nothing that would be sent, and the caller, who gets an error, may safely try again.
 */
export function createProducer({ redis, check, vault, identity, now, replicas }: Deps): Producer {
  const queue = openQueue(redis);
  const replication = replicas > 0 ? createReplication({ redis, replicas }) : undefined;

  async function store(
    job: DeliveryJob,
    offer: Parameters<typeof evalScript>[2],
    limits: Limit[],
  ): Promise<AcceptedMessage | LimitedMessage> {
    const [status, ...numbers] = await evalScript(redis, OFFER, offer);
    const reached = reachedLimits(numbers, limits);
    if (status === 2) return { kind: 'limited', reached };
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
      const { mode, limits } = message.limits;
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
      const deadline = acceptedAt + ttlMs;
      try {
        return await store(
          { id, connection, recipientKey: recipientKeys[0], acceptedAt, deadline },
          {
            keys: [
              gatewayKeys.job(id),
              gatewayKeys.deduplication(id),
              gatewayKeys.vault(id),
              gatewayKeys.trace(id),
              ...recipientKeys.map(gatewayKeys.newest),
              ...limits.map(({ key }) => key),
            ],
            args: [
              id,
              sealed,
              ttlMs,
              // As long as any older message could still wait, also one with a longer life.
              Math.max(ttlMs, MAX_MESSAGE_TTL_MS),
              TRACE_TTL_MS,
              recipientKeys.length,
              limits.length,
              mode,
              ...limits.flatMap(({ windowMs, max }) => [windowMs, max]),
              ...hashFields({
                connection,
                country: recipient.country,
                recipient_hint: maskPhoneNumber(recipient),
                accepted_at: acceptedAt,
                deadline,
              }),
            ],
          },
          limits,
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

/** From the script's answer: the number of a limit and its milliseconds, in turn. */
function reachedLimits(numbers: readonly number[], limits: Limit[]): ReachedLimit[] {
  return limits.flatMap(({ rule }, index) => {
    const at = numbers.findIndex((number, position) => position % 2 === 0 && number === index + 1);
    const retryAfterMs = at === -1 ? undefined : numbers[at + 1];
    return retryAfterMs === undefined ? [] : [{ rule, retryAfterMs }];
  });
}

/** Redis's own error code (such as OOM or READONLY), or what the client says; nothing of the command, which holds secrets. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? error.name;
}

/** The longest life that a message can be configured to have, in milliseconds. */
const MAX_MESSAGE_TTL_MS = 3600 * 1000;
