import { type Answer, classifyHttpStatus, isSuccess } from '../http-status.ts';
import { asObject, objectsIn, parseJsonObject } from '../json-object.ts';
import type { SendResult } from '../provider.ts';

// messages[].status.id, named at infobip.com/docs/essentials/api-essentials/response-status-and-error-codes.
// Only this list may give up on a recipient.
const RECIPIENT = new Set([
  8, // REJECTED_PREFIX_MISSING: no such prefix, or the wrong length
  10, // REJECTED_DND: the recipient has barred such messages
  14, // REJECTED_DESTINATION_BLOCKLISTED
  52, // REJECTED_DESTINATION: no mobile operator has such numbers
]);

const ACCOUNT_OR_SENDER = new Set([
  6, // REJECTED_NETWORK: not covered, or not set up on the account
  11, // REJECTED_SOURCE: sender ID not registered
  12, // REJECTED_NOT_ENOUGH_CREDITS
  13, // REJECTED_SENDER: sender ID on the account's blocklist
  17, // REJECTED_PREPAID_PACKAGE_EXPIRED
  18, // REJECTED_DESTINATION_NOT_REGISTERED: a trial account
  19, // REJECTED_ROUTE_NOT_AVAILABLE
  20, // REJECTED_FLOODING_FILTER: too many to this recipient, no reason to slow down for the others
  21, // REJECTED_SYSTEM_ERROR: asked again with the same id, the answer might be 23 for a message never sent
  24, // REJECTED_INVALID_UDH
  25, // REJECTED_MESSAGE_TOO_LONG
  51, // MISSING_TO
  87, // SIGNALS_BLOCKED: takes it for fraud
  100, // UNDELIVERABLE_REJECTED_PLATFORM
]);

export const DUPLICATE_MESSAGE_ID = 23;

/** Groups of status: ACCEPTED, PENDING and DELIVERED. */
const TAKEN_GROUPS = new Set<unknown>([0, 1, 3]);
/** UNDELIVERABLE, EXPIRED and REJECTED. */
export const FAILED_GROUPS: ReadonlySet<unknown> = new Set([2, 4, 5]);

/**
 * Classifies an answer of Infobip's SMS API to the message `id`. A refusal comes with HTTP 200, so a 200 without the
 * message's status is `unknown`. So is a 500, 502 or 504, though the same id may safely be sent again: whether the
 * message was taken is not known.
 */
export function classifyInfobipAnswer(answer: Answer, nowMs: number, id: string): SendResult {
  if (!isSuccess(answer)) return classifyHttpStatus(answer, nowMs);
  const messages = objectsIn(parseJsonObject(answer.body)?.['messages']);
  const message = messages.find(({ messageId }) => messageId === id) ?? messages[0];
  const status = asObject(message?.['status']);
  const statusId = wholeNumber(status?.['id']);
  const groupId = wholeNumber(status?.['groupId']);

  if (statusId === DUPLICATE_MESSAGE_ID) return { kind: 'accepted', providerMessageId: id };
  if (groupId !== undefined && TAKEN_GROUPS.has(groupId)) {
    return { kind: 'accepted', providerMessageId: message?.['messageId'] === id ? id : undefined };
  }
  if (statusId === undefined || groupId === undefined) {
    return { kind: 'unknown', code: `http_${answer.status}` };
  }
  const code = `infobip_${statusId}`;
  if (isRecipientFault(statusId)) return { kind: 'rejected', code };
  return { kind: 'provider_fault', code, isRecognised: ACCOUNT_OR_SENDER.has(statusId) };
}

/** Whether the id of a status says that no provider can reach the recipient. */
export function isRecipientFault(statusId: number): boolean {
  return RECIPIENT.has(statusId);
}

/** An id of Infobip's; undefined for everything else, because it ends up in traces and logs. */
export function wholeNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 100_000
    ? value
    : undefined;
}
