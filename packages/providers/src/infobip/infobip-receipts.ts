import { isFailure, type Receipt, type ReceiptStatus } from '@sms-gateway/contract';
import { asObject, parseJsonObject } from '../json-object.ts';
import { readMessageId } from '../message-id.ts';
import type { ReadReceipts, ReceiptReading } from '../receipt-reader.ts';
import { DUPLICATE_MESSAGE_ID, isRecipientFault, wholeNumber } from './infobip-errors.ts';

const GROUPS: ReadonlyMap<number | undefined, ReceiptStatus> = new Map([
  [0, 'sent'], // OK
  [1, 'sent'], // PENDING
  [2, 'undelivered'], // UNDELIVERABLE
  [3, 'delivered'], // DELIVERED
  [4, 'expired'], // EXPIRED
  [5, 'failed'], // REJECTED
]);

/** Ids of statuses that say something else than their group. */
const STATUSES: ReadonlyMap<number | undefined, ReceiptStatus> = new Map([
  [2, 'sent'], // DELIVERED_TO_OPERATOR: not yet to the handset
  [DUPLICATE_MESSAGE_ID, 'sent'], // of a second message with an id that Infobip had already: tells nothing of the first
  [29, 'unknown'], // EXPIRED_DLR_UNKNOWN: no report came from the operator
  [87, 'failed'], // SIGNALS_BLOCKED: taken for fraud; in the groups EXPIRED and REJECTED
]);

// Ids of errors, named at infobip.com/docs/developer-resources/api-fundamentals/error-code-reference. All that is
// not here, another provider may cure: Infobip calls errors permanent that are about the account or the sender too.
const RECIPIENT_ERRORS = new Set([
  1, // EC_UNKNOWN_SUBSCRIBER
  9, // EC_ILLEGAL_SUBSCRIBER
  11, // EC_TELESERVICE_NOT_PROVISIONED
  12, // EC_ILLEGAL_EQUIPMENT
  568, // EC_DESTINATION_NOT_SMS_PROVISIONED
  569, // EC_DEST_ADDRESS_SUSPENDED
  573, // EC_SC_BLOCKED_BY_END_USER
  603, // EC_CONTENT_BLOCKED: opted out
  629, // EC_DEST_ADDRESS_UNABLE_TO_RECEIVE_SMS
  2050, // EC_DEST_ADDRESS_BLACKLISTED: do not disturb
  3041, // EC_DEACTIVATED_LIST
]);
const EXPIRY_ERRORS = new Set([
  811, // EC_MESSAGE_EXPIRED
  4098, // EC_VP_EXPIRED
  4100, // EC_MESSAGE_CANCELED: not sent within its validity period
  4101, // EC_VALIDITY_EXPIRED
]);
/** EC_TIME_OUT */
const TIME_OUT_ERROR = 2048;

/**
 * Reads Infobip's delivery reports (infobip.com/docs/api/channels/sms, Receive outbound SMS message reports). Infobip
 * documents no signature, so only the reference in the URL can show that they are genuine. A message's id is ours.
 * The code of a receipt is the status's id and, if there is one, the error's: `infobip_9_27`.
 */
export function createInfobipReceipts(): ReadReceipts {
  return ({ hasReference, rawBody }) =>
    hasReference ? readReports(parseJsonObject(rawBody.toString())?.['results']) : { kind: 'unauthentic' };
}

function readReports(results: unknown): ReceiptReading {
  if (!Array.isArray(results)) return { kind: 'malformed' };
  const receipts = results.map((result) => receiptOf(asObject(result)));
  return receipts.every((receipt) => receipt !== undefined)
    ? { kind: 'receipts', receipts }
    : { kind: 'malformed' };
}

function receiptOf(result: Record<string, unknown> | undefined): Receipt | undefined {
  const { groupId, id } = asObject(result?.['status']) ?? {};
  const { id: reason, permanent } = asObject(result?.['error']) ?? {};
  const providerMessageId = readMessageId(result?.['messageId']);
  const statusId = wholeNumber(id);
  const group = GROUPS.get(wholeNumber(groupId));
  if (providerMessageId === undefined || statusId === undefined || group === undefined) return undefined;

  const errorId = wholeNumber(reason) ?? 0;
  const stated = STATUSES.get(statusId) ?? group;
  const status = isFailure({ status: stated }) ? failureStatus(stated, errorId) : stated;
  const isForGood = isRecipientFault(statusId) || (RECIPIENT_ERRORS.has(errorId) && permanent !== false);
  return {
    providerMessageId,
    status,
    code: status === 'sent' || status === 'delivered' ? undefined : codeOf(statusId, errorId),
    isCurable: isFailure({ status }) && !isForGood,
  };
}

function failureStatus(stated: ReceiptStatus, errorId: number): ReceiptStatus {
  if (EXPIRY_ERRORS.has(errorId)) return 'expired';
  return errorId === TIME_OUT_ERROR ? 'unknown' : stated;
}

function codeOf(statusId: number, errorId: number): string {
  return errorId === 0 ? `infobip_${statusId}` : `infobip_${statusId}_${errorId}`;
}
