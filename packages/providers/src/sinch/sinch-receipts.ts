import { isFailure, type Receipt, type ReceiptStatus } from '@sms-gateway/contract';
import { asObject, parseJsonObject } from '../json-object.ts';
import { readMessageId } from '../message-id.ts';
import { provedBy } from '../proved-by.ts';
import type { ReadReceipts, ReceiptReading } from '../receipt-reader.ts';
import { isSinchs } from './sinch-signature.ts';

export type SinchReceiptsOptions = {
  /** The HMAC secrets, if Sinch has set one up for the service plan. */
  webhookSecrets?: readonly string[] | undefined;
};

// developers.sinch.com, Delivery report statuses.
const STATUSES: ReadonlyMap<string, ReceiptStatus> = new Map([
  ['queued', 'sent'],
  ['dispatched', 'sent'],
  ['delivered', 'delivered'],
  ['failed', 'undelivered'],
  ['deleted', 'undelivered'],
  ['aborted', 'failed'],
  ['rejected', 'failed'],
  ['cancelled', 'failed'],
  ['expired', 'expired'],
  ['unknown', 'unknown'],
]);

/** Of an invalid number or an opted-out subscriber; called off by the account's owner. */
const FOR_GOOD: ReadonlySet<string> = new Set(['deleted', 'cancelled']);

/** Delivery report error codes: the validity period ended before Sinch handed the message over. */
const INTERNAL_EXPIRY = 406;

/**
 * Reads Sinch's delivery report callbacks (developers.sinch.com, SMS, Webhooks). With a secret they must carry its
 * HMAC. Sinch signs only for service plans for which it was asked to; without a secret the reference in the URL is
 * the proof. What is not about the delivery of one message, a report of several recipients included, gives no
 * receipt. Throws if a secret is empty.
 */
export function createSinchReceipts({ webhookSecrets }: SinchReceiptsOptions): ReadReceipts {
  if (webhookSecrets?.includes('')) throw new TypeError('sinch: webhookSecret is empty');

  return (request) => {
    const key = provedBy(webhookSecrets ?? [], (secret) => isSinchs(request, secret));
    const isProved = webhookSecrets === undefined ? request.hasReference : key !== undefined;
    if (!isProved) return { kind: 'unauthentic' };
    const report = readReport(parseJsonObject(request.rawBody.toString()));
    return report.kind === 'receipts' ? { ...report, key } : report;
  };
}

function readReport(report: Record<string, unknown> | undefined): ReceiptReading {
  const type = report?.['type'];
  if (report === undefined || typeof type !== 'string') return { kind: 'malformed' };
  if (type === 'recipient_delivery_report_sms') return reading(report['batch_id'], report);
  if (type === 'delivery_report_sms') return readSummary(report);
  return { kind: 'receipts', receipts: [] };
}

function readSummary({
  batch_id: id,
  statuses,
  total_message_count: total,
}: Record<string, unknown>): ReceiptReading {
  if (!Array.isArray(statuses) || typeof total !== 'number') return { kind: 'malformed' };
  return total === 1 && statuses.length === 1
    ? reading(id, asObject(statuses[0]))
    : { kind: 'receipts', receipts: [] };
}

function reading(id: unknown, stated: Record<string, unknown> | undefined): ReceiptReading {
  const receipt = receiptOf(readMessageId(id), stated?.['status'], stated?.['code']);
  return receipt === undefined ? { kind: 'malformed' } : { kind: 'receipts', receipts: [receipt] };
}

function receiptOf(
  providerMessageId: string | undefined,
  written: unknown,
  code: unknown,
): Receipt | undefined {
  // The REST API writes them capitalised, some of its SDKs in capitals.
  const name = typeof written === 'string' ? written.toLowerCase() : '';
  const stated = STATUSES.get(name);
  if (providerMessageId === undefined || stated === undefined) return undefined;

  const isExpired = isFailure({ status: stated }) && code === INTERNAL_EXPIRY;
  const status = isExpired ? 'expired' : stated;
  const isWell = status === 'sent' || status === 'delivered';
  return {
    providerMessageId,
    status,
    code: isWell || !isReportCode(code) ? undefined : `sinch_${code}`,
    isCurable: isFailure({ status }) && !FOR_GOOD.has(name),
  };
}

// Strict, because it ends up in traces and logs.
function isReportCode(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 100_000;
}
