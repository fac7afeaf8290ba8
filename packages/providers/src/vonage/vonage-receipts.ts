import { isFailure, type Receipt, type ReceiptStatus } from '@sms-gateway/contract';
import { parseJsonObject } from '../json-object.ts';
import { readMessageId } from '../message-id.ts';
import { provedBy } from '../proved-by.ts';
import type { ReadReceipts, ReceiptRequest } from '../receipt-reader.ts';
import { isVonages } from './vonage-signature.ts';

export type VonageReceiptsOptions = {
  /** The account's signature secrets, which are not its API secrets. */
  signatureSecrets: readonly string[];
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
 * Reads delivery receipts of Vonage's SMS API: JSON, forms or the query of a GET, as the account is set up, proved by a
 * JWT or by a signature. Throws if a signature secret is empty.
 */
export function createVonageReceipts({ signatureSecrets }: VonageReceiptsOptions): ReadReceipts {
  if (signatureSecrets.includes('')) throw new TypeError('vonage: signatureSecret is empty');

  return async (request) => {
    const parameters = parametersIn(request);
    const proofs = await Promise.all(
      signatureSecrets.map((secret) => isVonages(request, parameters, secret)),
    );
    const key = provedBy(proofs, (isProved) => isProved);
    if (key === undefined) return { kind: 'unauthentic' };
    const receipt = receiptOf(parameters);
    return receipt === undefined ? { kind: 'malformed' } : { kind: 'receipts', receipts: [receipt], key };
  };
}

/** Undefined for a body that is neither JSON nor a form, and for a form or query that says a thing twice. */
function parametersIn({
  method,
  url,
  headers,
  rawBody,
}: ReceiptRequest): Record<string, unknown> | undefined {
  const body = rawBody.toString();
  const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '');
  if (method === 'POST' && isJson) return parseJsonObject(body);
  const pairs = [...new URLSearchParams(method === 'GET' ? url.split('?', 2)[1] : body)];
  const parameters = Object.fromEntries(pairs);
  return Object.keys(parameters).length === pairs.length ? parameters : undefined;
}

function receiptOf(parameters: Record<string, unknown> | undefined): Receipt | undefined {
  const providerMessageId = readMessageId(parameters?.['messageId']);
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
