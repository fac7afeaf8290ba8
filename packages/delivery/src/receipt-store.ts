import {
  bullmqKeys,
  type DeliveryJob,
  deliveryJobSchema,
  gatewayKeys,
  isCurableFailure,
  QUEUE_NAME,
  RECEIPT_STATUSES,
  type Receipt,
  type ReceiptStatus,
} from '@sms-gateway/contract';
import { z } from 'zod';
import { formatFiled, parseFiled } from './filed-attempt.ts';
import { JOB_OPTIONS } from './job-options.ts';
import type { AttemptReference } from '@sms-gateway/privacy';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';

/** Milliseconds for which a receipt waits for its message to become known. */
const EARLY_TTL_MS = 60_000;

/** What one receipt changed. */
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
  /** It says nothing new: it is already known, or a later one overtook it. */
  | { kind: 'repeated'; messageId: string; attempt: number }
  /** Its message is not known yet; it waits a minute. `isNew` is false where the same one waits already. */
  | { kind: 'held'; isNew: boolean }
  /** No such message, or none that this provider had. */
  | { kind: 'unknown_message' }
  /** It names another message than the reference that is its only proof. */
  | { kind: 'other_message' };

/** The attempt that a receipt's URL names. */
export type ReceiptReference = AttemptReference & {
  /** The receipt is unsigned, so it counts only for this attempt. */
  isOnlyProof?: boolean;
};

/** `redelivers`: the message goes back to the queue, for the next provider. */
export type EnteredReceipt = ReceiptEntry & {
  redelivers: boolean;
  /** What it says of the whole message: the delivery of a further part is no more than `sent`. */
  status: ReceiptStatus;
  /** Where the receipt's name found a message: under which id, and whether it found only that. */
  match?: { filedAs: string; isOnly: boolean };
};

/** Stores the delivery receipts of all providers. */
export type ReceiptStore = {
  /**
   * Enters one authentic receipt. May be called any number of times, in any order, by any process. `reference` is
   * the attempt that the receipt's URL names; without it the provider's own message id tells, whichever provider the
   * receipt came by: one message centre may be reached by several.
   * @throws what Redis answers; then the receipt should be asked for again.
   */
  enter(provider: string, receipt: Receipt, reference: ReceiptReference | undefined): Promise<EnteredReceipt>;
  /** Puts a message back into the queue whose attempt did not arrive, as `enter` does: once for each attempt. */
  reopen(job: DeliveryJob, attempt: number): Promise<void>;
};

const earlyReceiptSchema = z.object({
  status: z.enum(RECEIPT_STATUSES),
  code: z.string().optional(),
  isCurable: z.boolean(),
});

/** A receipt as it waits in Redis for its message. */
export function parseEarlyReceipt(json: string, providerMessageId: string | undefined): Receipt {
  const { status, code, isCurable } = earlyReceiptSchema.parse(JSON.parse(json));
  return { providerMessageId, status, code, isCurable };
}

const RESOLVE = loadScript<{
  keys: 'early_receipts';
  args: { provider_messages: string[]; status: string; receipt: string; early_ms: number };
  answer: [found: string[], isNew: 0 | 1];
}>(new URL('../src/resolve-receipt.lua', import.meta.url));

/**
 * The later in this list, the more a receipt says. The same one wins in whatever order they arrive, and nothing overrides
 * `delivered`.
 */
const RANKS = [
  'sent',
  'unknown',
  'expired',
  'failed',
  'undelivered',
  'delivered',
] satisfies Receipt['status'][];

const RANK_OF = Object.fromEntries(RANKS.map((status, index) => [status, index + 1]));

const APPLY = loadScript<{
  keys: 'trace' | 'vault' | 'awaiting' | 'filed';
  args: {
    number: number;
    provider: string | undefined;
    provider_message_id: string | undefined;
    status: string;
    code: string | undefined;
    at: number;
    is_curable: boolean;
    ranks: Record<string, number>;
    must_match: boolean | undefined;
    part: string;
  };
  answer: [
    kind: 'applied' | 'repeated' | 'unknown_message' | 'other_message',
    connection: string,
    country: string,
    acceptedAt: string,
    job: string,
    status: ReceiptStatus,
  ];
}>(new URL('../src/apply-receipt.lua', import.meta.url));

const PUT_BACK = loadScript<{
  keys: 'wait' | 'active' | 'meta' | 'marker' | 'job';
  args: { id: string; name: string; data: string; options: string; accepted_at: string };
  answer: 0 | 1;
}>(new URL('../src/put-back.lua', import.meta.url));

export function createReceiptStore({ redis, now }: { redis: RedisClient; now: () => number }): ReceiptStore {
  async function apply(
    provider: string | undefined,
    receipt: Receipt,
    { messageId, attempt, isOnlyProof }: ReceiptReference,
  ): Promise<EnteredReceipt> {
    const at = now();
    const [kind, connection, country, acceptedAt, job, status] = await evalScript(redis, APPLY, {
      keys: {
        trace: gatewayKeys.trace(messageId),
        vault: gatewayKeys.vault(messageId),
        awaiting: gatewayKeys.awaiting(messageId),
        filed: gatewayKeys.providerMessage(provider ?? '', receipt.providerMessageId ?? ''),
      },
      args: {
        number: attempt,
        provider,
        provider_message_id: receipt.providerMessageId,
        status: receipt.status,
        code: receipt.code,
        at,
        is_curable: isCurableFailure(receipt),
        ranks: RANK_OF,
        must_match: isOnlyProof,
        part: formatFiled({ messageId, attempt, isFurtherPart: true }),
      },
    });
    if (kind === 'unknown_message' || kind === 'other_message') return { kind, status, redelivers: false };
    if (job !== '') await reopen(deliveryJobSchema.parse(JSON.parse(job)), attempt);
    const redelivers = job !== '';
    if (kind === 'repeated') return { kind, messageId, attempt, status, redelivers };
    return {
      kind,
      messageId,
      attempt,
      connection,
      country: country === '' ? undefined : country,
      sinceAcceptedMs: at - Number(acceptedAt),
      status,
      redelivers,
    };
  }

  /** Once for each attempt, however often it is asked for; ahead of the others, since this user has waited longest. */
  async function reopen(job: DeliveryJob, attempt: number): Promise<void> {
    const id = `${job.id}.after-${attempt}`;
    const timestamp = job.acceptedAt;
    await evalScript(redis, PUT_BACK, {
      keys: { ...bullmqKeys, job: gatewayKeys.job(id) },
      args: {
        id,
        name: QUEUE_NAME,
        data: JSON.stringify({ ...job, afterAttempt: attempt }),
        options: JSON.stringify({ ...JOB_OPTIONS, jobId: id, timestamp, lifo: true }),
        accepted_at: String(timestamp),
      },
    });
  }

  return {
    enter: async (provider, receipt, reference) => {
      if (reference !== undefined) return apply(provider, receipt, reference);
      const { providerMessageId, status, code, isCurable } = receipt;
      if (providerMessageId === undefined) return { kind: 'unknown_message', status, redelivers: false };
      const { scope, id, messageIds } = receipt.name ?? {
        scope: provider,
        id: providerMessageId,
        messageIds: [providerMessageId],
      };
      const [found, isNew] = await evalScript(redis, RESOLVE, {
        keys: { early_receipts: gatewayKeys.earlyReceipts(scope, id) },
        args: {
          provider_messages: messageIds.map((messageId) => gatewayKeys.providerMessage(scope, messageId)),
          status,
          receipt: JSON.stringify({ status, code, isCurable }),
          early_ms: EARLY_TTL_MS,
        },
      });
      const index = found.findIndex((filing) => filing !== '');
      const filed = parseFiled(found[index] ?? '');
      if (filed === undefined) return { kind: 'held', isNew: isNew === 1, status, redelivers: false };
      // A part alone does not deliver a message, but without it the message is not delivered.
      const isPartOnly = filed.isFurtherPart && status === 'delivered';
      const said = isPartOnly ? { ...receipt, status: 'sent' as const, code: undefined } : receipt;
      const isOnly = found.every((filing) => filing === '' || filing === found[index]);
      const entry = await apply(undefined, said, filed);
      return { ...entry, match: { filedAs: messageIds[index] ?? id, isOnly } };
    },
    reopen,
  };
}
