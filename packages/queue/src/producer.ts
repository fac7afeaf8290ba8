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

export type AcceptedMessage = { id: string; isRepeat: boolean };

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
  }): Promise<AcceptedMessage>;
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
const OFFER = script<0 | 1>(`
  if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return 0 end
  redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
  redis.call('DEL', KEYS[4])
  redis.call('HSET', KEYS[4], unpack(ARGV, 6))
  redis.call('PEXPIRE', KEYS[4], ARGV[5])
  for i = 5, #KEYS do redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[4]) end
  return 1
`);

/**
 * Puts messages durably into the queue. First the payload, trace and "newest" mark, then the job: an error between
 * the two leaves nothing that would be sent, and the caller, who gets an error, may safely try again.
 */
export function createProducer({ redis, check, vault, identity, now, replicas }: Deps): Producer {
  const queue = openQueue(redis);
  const replication = replicas > 0 ? createReplication({ redis, replicas }) : undefined;

  async function store(job: DeliveryJob, offer: Parameters<typeof evalScript>[2]): Promise<AcceptedMessage> {
    const isNew = (await evalScript(redis, OFFER, offer)) === 1;
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
    return { id: job.id, isRepeat: !isNew };
  }

  return {
    accept: async ({ connection, recipient, text, sender, messageType, notice, idempotencyKey, ttlMs }) => {
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
            ],
            args: [
              id,
              sealed,
              ttlMs,
              // As long as any older message could still wait, also one with a longer life.
              Math.max(ttlMs, MAX_MESSAGE_TTL_MS),
              TRACE_TTL_MS,
              ...hashFields({
                connection,
                country: recipient.country,
                recipient_hint: maskPhoneNumber(recipient),
                accepted_at: acceptedAt,
                deadline,
              }),
            ],
          },
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

/** Redis's own error code (such as OOM or READONLY), or what the client says; nothing of the command, which holds secrets. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? error.name;
}

/** The longest life that a message can be configured to have, in milliseconds. */
const MAX_MESSAGE_TTL_MS = 3600 * 1000;
