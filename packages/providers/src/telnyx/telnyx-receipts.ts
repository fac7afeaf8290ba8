import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isFailure, type Receipt, type ReceiptStatus } from '@sms-gateway/contract';
import { asObject, objectsIn, parseJsonObject } from '../json-object.ts';
import { readMessageId } from '../message-id.ts';
import { provedBy } from '../proved-by.ts';
import type { ReadReceipts, ReceiptReading, ReceiptRequest } from '../receipt-reader.ts';
import { isRecent } from '../signature-age.ts';
import { errorNumber, isRecipientFault } from './telnyx-errors.ts';
import { decodePublicKey } from './telnyx-public-key.ts';

export type TelnyxReceiptsOptions = {
  /** Public keys as the Telnyx portal shows them: base64 of the 32 bytes of an ed25519 key. */
  publicKeys: readonly string[];
};

// Statuses of a message's recipients, from the SDK (telnyx 7.24, resources/shared.d.ts and messages.d.ts).
const STATUSES: ReadonlyMap<unknown, ReceiptStatus> = new Map([
  ['queued', 'sent'],
  ['sending', 'sent'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'delivered'],
  ['delivery_failed', 'undelivered'],
  ['sending_failed', 'failed'],
  ['cancelled', 'failed'],
  ['expired', 'expired'],
  ['delivery_unconfirmed', 'unknown'],
]);

// Codes of receipts, beside those that an answer to a send may hold too, named at
// developers.telnyx.com/docs/messaging/messages/error-codes. All that is not here, another provider may cure.
const RECIPIENT = new Set([
  '40012', // invalid destination number
]);
const EXPIRED = new Set([
  '40005', // expired on its way, behind Telnyx
  '40014', // expired in Telnyx's queue
]);

/**
 * Reads Telnyx's webhooks about outbound messages: JSON, signed with ed25519 together with a timestamp, which may be
 * five minutes off (developers.telnyx.com, Receiving webhooks). Throws if a public key cannot be used.
 */
export function createTelnyxReceipts({ publicKeys }: TelnyxReceiptsOptions): ReadReceipts {
  const keys = publicKeys.map(importKey);

  return (request) => {
    const key = provedBy(keys, (publicKey) => isGenuine(request, publicKey));
    if (key === undefined) return { kind: 'unauthentic' };
    const reading = readEvent(parseJsonObject(request.rawBody.toString()));
    return reading.kind === 'receipts' ? { ...reading, key } : reading;
  };
}

// RFC 8410: what stands before the key in a SubjectPublicKeyInfo.
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function importKey(publicKey: string): KeyObject {
  const bytes = decodePublicKey(publicKey);
  if (bytes === undefined) throw new TypeError('telnyx: publicKey is not the base64 of 32 bytes');
  const key = Buffer.concat([ED25519_PREFIX, bytes]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

function isGenuine({ headers, rawBody, now }: ReceiptRequest, key: KeyObject): boolean {
  const timestamp = headers['telnyx-timestamp'];
  const signature = headers['telnyx-signature-ed25519'];
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return false;
  if (typeof signature !== 'string' || !/^[A-Za-z0-9+/]{86}==$/.test(signature)) return false;
  const signed = Buffer.concat([Buffer.from(`${timestamp}|`), rawBody]);
  return isRecent(Number(timestamp), now) && verify(null, signed, key, Buffer.from(signature, 'base64'));
}

function readEvent(event: Record<string, unknown> | undefined): ReceiptReading {
  const data = asObject(event?.['data']);
  const type = data?.['event_type'];
  if (typeof type !== 'string') return { kind: 'malformed' };
  if (type !== 'message.sent' && type !== 'message.finalized') return { kind: 'receipts', receipts: [] };

  const receipt = receiptOf(asObject(data?.['payload']));
  return receipt === undefined ? { kind: 'malformed' } : { kind: 'receipts', receipts: [receipt] };
}

function receiptOf(message: Record<string, unknown> | undefined): Receipt | undefined {
  const providerMessageId = readMessageId(message?.['id']);
  const status = STATUSES.get(objectsIn(message?.['to'])[0]?.['status']);
  if (providerMessageId === undefined || status === undefined) return undefined;

  const number = errorNumber(objectsIn(message?.['errors'])[0]?.['code']);
  const isExpired = isFailure({ status }) && number !== undefined && EXPIRED.has(number);
  const isForGood = number !== undefined && (RECIPIENT.has(number) || isRecipientFault(number));
  return {
    providerMessageId,
    status: isExpired ? 'expired' : status,
    code: number === undefined ? undefined : `telnyx_${number}`,
    isCurable: isFailure({ status }) && !isExpired && !isForGood,
  };
}
