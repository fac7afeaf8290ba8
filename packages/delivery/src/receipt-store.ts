import {
  type DeliveryJob,
  deliveryJobSchema,
  gatewayKeys,
  isCurableFailure,
  QUEUE_NAME,
  RECEIPT_STATUSES,
  type Receipt,
} from '@sms-gateway/contract';
import { z } from 'zod';
import type { RedisClient } from '@sms-gateway/redis';
import { openQueue } from './queue.ts';
import type { AttemptReference } from '@sms-gateway/privacy';
import { evalScript, script } from '@sms-gateway/redis';

/** Milliseconds for which a receipt waits for its message to become known. */
const EARLY_TTL_MS = 60_000;

/** What became of one receipt. */
export type ReceiptEntry =
  | {
      kind: 'applied';
      messageId: string;
      attempt: number;
      connection: string;
      country: string | undefined;
      /** Milliseconds from the acceptance of the message to now. */
      sinceAcceptedMs: number;
    }
  /** It says nothing new: known already, or overtaken by a later one. */
  | { kind: 'repeated'; messageId: string; attempt: number }
  /** Nobody knows its message yet; it waits a minute. `isNew` is false where the same one waits already. */
  | { kind: 'held'; isNew: boolean }
  /** No such message, or none that this provider had. */
  | { kind: 'unknown_message' };

/** `redelivers`: the message goes back to the queue, for the next provider. */
export type EnteredReceipt = ReceiptEntry & { redelivers: boolean };

/** Where delivery receipts of all providers are written down. */
export type ReceiptStore = {
  /**
   * Enters one authentic receipt. May be called any number of times, in any order, by any process. `reference` is
   * the attempt that the receipt's URL names; without it the provider's own message id tells.
   * @throws what Redis answers; then the receipt should be asked for again.
   */
  enter(provider: string, receipt: Receipt, reference: AttemptReference | undefined): Promise<EnteredReceipt>;
  /** Puts a message back into the queue whose attempt did not arrive, as `enter` does: once for each attempt. */
  reopen(job: DeliveryJob, attempt: number): Promise<void>;
  close(): Promise<void>;
};

const earlyReceiptSchema = z.object({
  status: z.enum(RECEIPT_STATUSES),
  code: z.string().optional(),
  isCurable: z.boolean(),
});

/** A receipt as it waits in Redis for its message. */
export function parseEarlyReceipt(json: string, providerMessageId: string): Receipt {
  const { status, code, isCurable } = earlyReceiptSchema.parse(JSON.parse(json));
  return { providerMessageId, status, code, isCurable };
}

// One script, so that a receipt is either seen by who files the message's id, or finds it filed.
const RESOLVE = script<[reference: string, isNew: 0 | 1]>(`
  local reference = redis.call('GET', KEYS[1])
  if reference then return { reference, 0 } end
  local isNew = redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  return { '', isNew }
`);

/**
 * The further down, the more a receipt says. Whatever the order in which they come, what stays is the same, and
 * nothing outdoes `delivered`.
 */
const RANKS = [
  'sent',
  'unknown',
  'expired',
  'failed',
  'undelivered',
  'delivered',
] satisfies Receipt['status'][];

// Answers: what it came to, the trace's connection, country and time of acceptance, and the job to put back.
// A failure puts the job back as long as nobody began the next attempt, also when it is only repeated: the process
// that entered it first may have died before it put the job back.
const APPLY = script<
  [
    kind: 'applied' | 'repeated' | 'unknown_message',
    connection: string,
    country: string,
    acceptedAt: string,
    job: string,
  ]
>(`
  local trace, vault, awaiting = KEYS[1], KEYS[2], KEYS[3]
  local number, provider, id, status, isCurable = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[7]
  local field = 'a' .. number .. '.'
  local of = redis.call('HMGET', trace, field .. 'provider', field .. 'receipt', field .. 'provider_message_id',
    'connection', 'country', 'accepted_at', 'attempts', 'outcome')
  if of[1] ~= provider then return { 'unknown_message', '', '', '', '' } end
  local kind = 'repeated'
  local ranks = cjson.decode(ARGV[8])
  if (ranks[of[2]] or 0) < ranks[status] then
    kind = 'applied'
    redis.call('HSET', trace, field .. 'receipt', status, field .. 'receipt_at', ARGV[6], field .. 'receipt_curable', isCurable)
    if ARGV[5] ~= '' then redis.call('HSET', trace, field .. 'receipt_code', ARGV[5])
    else redis.call('HDEL', trace, field .. 'receipt_code') end
    if id ~= '' and not of[3] then redis.call('HSET', trace, field .. 'provider_message_id', id) end
  end
  if status ~= 'sent' and isCurable == '0' and of[8] then redis.call('DEL', vault, awaiting) end
  local job = ''
  if isCurable == '1' and of[8] == 'sent' and of[7] == number then job = redis.call('GET', awaiting) or '' end
  return { kind, of[4] or '', of[5] or '', of[6] or '0', job }
`);

export function createReceiptStore({ redis, now }: { redis: RedisClient; now: () => number }): ReceiptStore {
  const queue = openQueue(redis);
  const ranks = JSON.stringify(Object.fromEntries(RANKS.map((status, index) => [status, index + 1])));

  async function apply(
    provider: string,
    receipt: Receipt,
    { messageId, attempt }: AttemptReference,
  ): Promise<EnteredReceipt> {
    const at = now();
    const [kind, connection, country, acceptedAt, job] = await evalScript(redis, APPLY, {
      keys: [gatewayKeys.trace(messageId), gatewayKeys.vault(messageId), gatewayKeys.awaiting(messageId)],
      args: [
        attempt,
        provider,
        receipt.providerMessageId ?? '',
        receipt.status,
        receipt.code ?? '',
        at,
        isCurableFailure(receipt) ? 1 : 0,
        ranks,
      ],
    });
    if (kind === 'unknown_message') return { kind, redelivers: false };
    if (job !== '') await reopen(deliveryJobSchema.parse(JSON.parse(job)), attempt);
    const redelivers = job !== '';
    if (kind === 'repeated') return { kind, messageId, attempt, redelivers };
    return {
      kind,
      messageId,
      attempt,
      connection,
      country: country === '' ? undefined : country,
      sinceAcceptedMs: at - Number(acceptedAt),
      redelivers,
    };
  }

  /** Once for each attempt, however often it is asked for; ahead of the others, for somebody waits the longest here. */
  async function reopen(job: DeliveryJob, attempt: number): Promise<void> {
    await queue.add(
      QUEUE_NAME,
      { ...job, afterAttempt: attempt },
      {
        jobId: `${job.id}.after-${attempt}`,
        timestamp: job.acceptedAt,
        lifo: true,
      },
    );
  }

  return {
    enter: async (provider, receipt, reference) => {
      if (reference !== undefined) return apply(provider, receipt, reference);
      const { providerMessageId, status, code, isCurable } = receipt;
      if (providerMessageId === undefined) return { kind: 'unknown_message', redelivers: false };
      const [found, isNew] = await evalScript(redis, RESOLVE, {
        keys: [
          gatewayKeys.providerMessage(provider, providerMessageId),
          gatewayKeys.earlyReceipts(provider, providerMessageId),
        ],
        args: [status, JSON.stringify({ status, code, isCurable }), EARLY_TTL_MS],
      });
      const filed = /^(.+)\.(\d+)$/.exec(found);
      return filed === null
        ? { kind: 'held', isNew: isNew === 1, redelivers: false }
        : apply(provider, receipt, { messageId: filed[1] ?? '', attempt: Number(filed[2]) });
    },
    reopen,
    close: () => queue.close(),
  };
}
