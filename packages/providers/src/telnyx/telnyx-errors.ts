import { type Answer, classifyHttpStatus, classifySuccess, isSuccess } from '../http-status.ts';
import { asObject, objectsIn, parseJsonObject } from '../json-object.ts';
import type { SendResult } from '../provider.ts';
import { parseRetryAfterMs } from '../retry-after.ts';

// errors[].code, named at developers.telnyx.com/docs/messaging/messages/error-codes and
// support.telnyx.com/en/articles/6505121-telnyx-messaging-error-codes. Only this list may give up on a recipient.
const RECIPIENT = new Set([
  '40001', // not routable: a landline or a number that gets no messages
  '40300', // blocked due to STOP message: another provider must not be tried either
  '40310', // invalid 'to' address
]);

const THROTTLE = new Set([
  '10011', // too many requests
  '40318', // message queue full
]);

/** Requests that Telnyx may have begun to act upon. */
const UNCERTAIN = new Set([
  '10007', // unexpected error
  '10008', // request timeout
]);

const ACCOUNT_OR_SENDER = new Set([
  // Request
  '10001', // inactive phone number
  '10002', // invalid phone number: ours or the recipient's, the code does not say
  '10004', // missing required parameter
  '10005', // resource not found
  '10006', // invalid ID
  '10009', // authentication failed
  '10010', // authorization failed
  '10015', // bad request
  '10016', // phone number not in E.164
  // Account
  '20002', // API key revoked
  '20006', // expired access token
  '20012', // account inactive, for lack of funds for example
  '20013', // account blocked
  '20014', // account unverified
  '20015', // feature not enabled
  '20016', // account not level 1 verified
  '20017', // account not level 2 verified
  '20100', // insufficient funds
  // Sender, route or content
  '40002', // blocked as spam, temporary
  '40003', // blocked as spam, permanent
  '40009', // invalid message body
  '40010', // 10DLC not registered
  '40013', // invalid source number
  '40100', // number not enabled for messaging
  '40301', // unsupported message type for the 'to' address
  '40302', // message too large
  '40304', // invalid combination of content
  '40305', // invalid 'from' address
  '40306', // alphanumeric sender ID not configured
  '40309', // destination region not allowed on the profile
  '40312', // messaging profile disabled
  '40314', // messaging disabled on the account
  '40315', // unhealthy 'from' address
  '40316', // no content
  '40319', // message type incompatible with the 'to' address
  '40320', // 'from' address not usable yet
  '40321', // no usable numbers on the messaging profile
  '40322', // blocked due to content
  '40329', // toll-free number not verified
]);

/** Whether the fault lies with the recipient, so that no other provider must be tried. */
export function isRecipientFault(number: string): boolean {
  return RECIPIENT.has(number);
}

/** Classifies an answer of Telnyx's Messaging API: HTTP status first, then the code of the first error. */
export function classifyTelnyxAnswer(answer: Answer, nowMs: number): SendResult {
  const body = parseJsonObject(answer.body);
  if (isSuccess(answer)) return classifyMessage(answer, body);
  const number = errorNumber(objectsIn(body?.['errors'])[0]?.['code']);
  if (number === undefined) return classifyHttpStatus(answer, nowMs);

  const code = `telnyx_${number}`;
  const byStatus = classifyHttpStatus(answer, nowMs, code);
  if (UNCERTAIN.has(number)) return { kind: 'unknown', code };
  if (byStatus.kind !== 'provider_fault') return byStatus;
  if (RECIPIENT.has(number)) return { kind: 'rejected', code };
  if (THROTTLE.has(number)) {
    return {
      kind: 'throttled',
      code,
      retryAfterMs: parseRetryAfterMs(answer.headers['retry-after'], nowMs),
    };
  }
  return ACCOUNT_OR_SENDER.has(number) ? { ...byStatus, isRecognised: true } : byStatus;
}

/** Statuses in `data.to[]` of a message that Telnyx has given up (developers.telnyx.com, Send a message). */
const FAILED = new Set<unknown>(['sending_failed', 'delivery_failed', 'expired', 'cancelled']);

/** A 200 shows the message, which Telnyx may have given up already, with the reason in `data.errors`. */
function classifyMessage(answer: Answer, body: Record<string, unknown> | undefined): SendResult {
  const message = asObject(body?.['data']);
  const [error] = [...objectsIn(message?.['errors']), ...objectsIn(body?.['errors'])];
  const status = objectsIn(message?.['to'])[0]?.['status'];
  if (error === undefined && !FAILED.has(status)) return classifySuccess(answer, message?.['id']);

  const number = errorNumber(error?.['code']);
  if (number === undefined) return { kind: 'provider_fault', code: 'telnyx_failed', isRecognised: false };
  const code = `telnyx_${number}`;
  if (RECIPIENT.has(number)) return { kind: 'rejected', code };
  if (THROTTLE.has(number)) return { kind: 'throttled', code, retryAfterMs: undefined };
  if (UNCERTAIN.has(number)) return { kind: 'unknown', code };
  return { kind: 'provider_fault', code, isRecognised: ACCOUNT_OR_SENDER.has(number) };
}

// Strict, because it ends up in traces and logs.
export function errorNumber(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{5}$/.test(value) ? value : undefined;
}
