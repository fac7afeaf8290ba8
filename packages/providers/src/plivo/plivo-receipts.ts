import { isFailure, type Receipt, type ReceiptStatus } from '@sms-gateway/contract';
import { readMessageId } from '../message-id.ts';
import type { ReadReceipts } from '../receipt-reader.ts';
import { provedBy } from '../proved-by.ts';
import { isPlivos } from './plivo-signature.ts';

export type PlivoReceiptsOptions = {
  /** Of the account or subaccount that sends the messages, or of its main account. */
  authTokens: readonly string[];
};

const STATUSES: ReadonlyMap<unknown, ReceiptStatus> = new Map([
  ['queued', 'sent'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['undelivered', 'undelivered'],
  ['failed', 'failed'],
  ['rejected', 'failed'],
]);

// Named at plivo.com/docs/messaging/troubleshooting/error-codes. All that is not here, another provider may cure,
// 1000 (unknown error) included: there the reason is unknown, while the status says that it did not arrive.
const RECIPIENT = new Set([
  50, // invalid destination number
  80, // destination permanently unavailable
  200, // opted out
]);
const EXPIRED = 420;

/**
 * Reads Plivo's message status callbacks: signed forms (docs.plivo.com, Message status callbacks). Plivo signs no
 * time, so a callback may come again at any time. Throws if an auth token is empty.
 */
export function createPlivoReceipts({ authTokens }: PlivoReceiptsOptions): ReadReceipts {
  if (authTokens.includes('')) throw new TypeError('plivo: authToken is empty');

  return (request) => {
    const form = new URLSearchParams(request.rawBody.toString());
    const key = provedBy(authTokens, (authToken) => isPlivos(request, form, authToken));
    if (key === undefined) return { kind: 'unauthentic' };
    const receipt = receiptOf(form);
    return receipt === undefined ? { kind: 'malformed' } : { kind: 'receipts', receipts: [receipt], key };
  };
}

function receiptOf(form: URLSearchParams): Receipt | undefined {
  const providerMessageId = readMessageId(onlyOne(form, 'MessageUUID'));
  const stated = STATUSES.get(onlyOne(form, 'Status'));
  if (providerMessageId === undefined || stated === undefined) return undefined;

  const number = errorNumber(onlyOne(form, 'ErrorCode'));
  const status = isFailure({ status: stated }) && number === EXPIRED ? 'expired' : stated;
  return {
    providerMessageId,
    status,
    code: number === undefined ? undefined : `plivo_${number}`,
    isCurable: isFailure({ status }) && !(number !== undefined && RECIPIENT.has(number)),
  };
}

function onlyOne(form: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = form.getAll(name);
  return others.length === 0 ? value : undefined;
}

// Strict, because it ends up in traces and logs. 000 is no error.
function errorNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,5}$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
}
