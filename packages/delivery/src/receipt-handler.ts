import type { Receipt } from '@sms-gateway/contract';
import type { Logger } from '@sms-gateway/process';
import { Counter, Histogram, type Registry } from 'prom-client';
import { type DurabilityCheck, untilDurable } from '@sms-gateway/redis';
import type { Guard } from '@sms-gateway/screening';
import type { EnteredReceipt, ReceiptReference, ReceiptStore } from './receipt-store.ts';

/** They are about another message than the reference that is their only proof, or one call has too many. */
export type IgnoredReason = 'other_message' | 'over_limit';

/** Handles receipts from callbacks and provider connections alike: enters, counts and logs them. */
export type ReceiptHandler = {
  /** @throws what Redis answers; then the receipt should be asked for again. */
  take(provider: string, receipt: Receipt, reference: ReceiptReference | undefined): Promise<EnteredReceipt>;
  /** Handles a receipt that had to wait for its message and was counted when it arrived. */
  takeHeld(provider: string, receipt: Receipt, reference: ReceiptReference): Promise<EnteredReceipt>;
  /** Counts receipts that are dropped unread. */
  ignore(provider: string, reason: IgnoredReason, count: number): void;
};

type Deps = {
  receipts: ReceiptStore;
  /** A provider hears that its receipt is stored once no failover can lose it. */
  durability: Pick<DurabilityCheck, 'confirm'>;
  guard: Pick<Guard, 'delivered'>;
  registry: Registry;
  logger: Logger;
};

/** Milliseconds that a receipt may wait for a failover. Twilio hangs up after 15 seconds, and does not call again. */
const CONFIRM_WITHIN_MS = 10_000;

const BUCKETS_SECONDS = [0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600];

export function createReceiptHandler({
  receipts,
  durability,
  guard,
  registry,
  logger,
}: Deps): ReceiptHandler {
  const registers = [registry];
  const counted = new Counter({
    name: 'gateway_receipts_total',
    help: 'Delivery receipts by what they say, each counted once',
    labelNames: ['provider', 'status'],
    registers,
  });
  const byCountry = new Counter({
    name: 'gateway_receipts_by_country_total',
    help: "Delivery receipts of known messages by the recipient's country",
    labelNames: ['provider', 'country', 'status'],
    registers,
  });
  const ignored = new Counter({
    name: 'gateway_receipts_ignored_total',
    help: 'Delivery receipts that said nothing new, had no known message, or did not prove that they belong to it',
    labelNames: ['provider', 'reason'],
    registers,
  });
  const failovers = new Counter({
    name: 'gateway_receipt_failovers_total',
    help: 'Messages put back for another provider because of a delivery receipt, by the provider that failed',
    labelNames: ['provider'],
    registers,
  });
  const acceptToDelivered = new Histogram({
    name: 'gateway_accept_to_delivered_seconds',
    help: 'Time from the acceptance of a message to the arrival of the receipt that says it was delivered',
    labelNames: ['provider', 'country'],
    buckets: BUCKETS_SECONDS,
    registers,
  });

  async function enter(
    provider: string,
    receipt: Receipt,
    reference: ReceiptReference | undefined,
    isCounted: boolean,
  ): Promise<EnteredReceipt> {
    const { code } = receipt;
    const entry = await untilDurable(durability, () => receipts.enter(provider, receipt, reference), {
      isFact: true,
      signal: AbortSignal.timeout(CONFIRM_WITHIN_MS),
    });
    const { status } = entry;
    // Repeated receipts too: the process that entered it first may have died before it informed the guard.
    if (status === 'delivered' && (entry.kind === 'applied' || entry.kind === 'repeated')) {
      await guard.delivered(entry.messageId);
    }
    const isNew = entry.kind === 'applied' || (entry.kind === 'held' && entry.isNew);
    if (!isNew) ignored.inc({ provider, reason: entry.kind === 'held' ? 'repeated' : entry.kind });
    else if (!isCounted) counted.inc({ provider, status });
    if (entry.kind === 'applied') {
      byCountry.inc({ provider, country: entry.country ?? 'none', status });
      if (status === 'delivered') {
        acceptToDelivered.observe(
          { provider, country: entry.country ?? 'none' },
          entry.sinceAcceptedMs / 1000,
        );
      }
      if (entry.redelivers) failovers.inc({ provider });
    }
    const { kind, redelivers, match: _match, ...where } = entry;
    logger.info({ provider, reason: code, entered: kind, redelivers, ...where }, 'receipt.entered');
    return entry;
  }

  return {
    take: (provider, receipt, reference) => enter(provider, receipt, reference, false),
    takeHeld: (provider, receipt, reference) => enter(provider, receipt, reference, true),
    ignore: (provider, reason, count) => {
      if (count === 0) return;
      ignored.inc({ provider, reason }, count);
      logger.info({ provider, reason, count }, 'receipt.ignored');
    },
  };
}
