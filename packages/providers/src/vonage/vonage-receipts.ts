import { isFailure, type Receipt, type ReceiptStatus } from '@sms-gateway/contract';
import { parseJsonObject } from '../json-object.ts';
import type { ReadReceipts, ReceiptRequest } from '../receipt-reader.ts';
import { messageId } from './vonage-errors.ts';
import { isVonages } from './vonage-signature.ts';

export type VonageReceiptsOptions = {
  /** The account's signature secret, which is not its API secret. */
  signatureSecret: string;
};

const STATUSES: ReadonlyMap<unknown, ReceiptStatus> = new Map([
  ['accepted', 'sent'],
  ['buffered', 'sent'],
  ['delivered', 'delivered'],
  ['rejected', 'undelivered'],
  ['failed', 'failed'],
  ['expired', 'expired'],
  ['unknown', 'unknown'],
]);

// `err-code`, named at developer.vonage.com/messaging/sms/guides/delivery-receipts. All that is not here, another
// provider may cure: it has other routes and senders, and neither Vonage nor the carrier will try again. That includes
// 1 (unknown): there the reason is unknown, while the status says that the message did not arrive.
const RECIPIENT = new Set([
  '3', // absent subscriber, permanent
  '4', // barred by the recipient
  '9', // illegal number: the recipient asked for no such messages
  '13', // age restriction
  '14', // blocked by the carrier: the recipient's plan has no SMS
  '15', // the recipient's prepaid credit is used up
  '53', // consent filter: the recipient has not agreed
]);

/**
 * Reads delivery receipts of Vonage's SMS API: JSON or forms, proved by a JWT or by a signature. Throws if the
 * signature secret is empty.
 */
export function createVonageReceipts({ signatureSecret }: VonageReceiptsOptions): ReadReceipts {
  if (signatureSecret === '') throw new TypeError('vonage: signatureSecret is empty');

  return async (request) => {
    const parameters = parametersIn(request);
    if (!(await isVonages(request, parameters, signatureSecret))) return { kind: 'unauthentic' };
    const receipt = receiptOf(parameters);
    return receipt === undefined ? { kind: 'malformed' } : { kind: 'receipts', receipts: [receipt] };
  };
}

/** Undefined for a body that is neither JSON nor a form, and for a form that says a thing twice. */
function parametersIn({ headers, rawBody }: ReceiptRequest): Record<string, unknown> | undefined {
  const body = rawBody.toString();
  if (/^application\/json\b/i.test(headers['content-type'] ?? '')) return parseJsonObject(body);
  const pairs = [...new URLSearchParams(body)];
  const parameters = Object.fromEntries(pairs);
  return Object.keys(parameters).length === pairs.length ? parameters : undefined;
}

function receiptOf(parameters: Record<string, unknown> | undefined): Receipt | undefined {
  const providerMessageId = messageId(parameters?.['messageId']);
  const status = STATUSES.get(parameters?.['status']);
  if (providerMessageId === undefined || status === undefined) return undefined;

  const number = errorNumber(parameters?.['err-code']);
  return {
    providerMessageId,
    status,
    code: number === undefined ? undefined : `vonage_err_${number}`,
    isCurable: isFailure({ status }) && !(number !== undefined && RECIPIENT.has(number)),
  };
}

// Strict, because it ends up in traces and logs. 0 stands for no error.
function errorNumber(value: unknown): string | undefined {
  const number = String(value);
  return /^[1-9]\d{0,2}$/.test(number) ? number : undefined;
}
