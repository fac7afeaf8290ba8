import { type Answer, classifySuccess, isSuccess } from '../http-status.ts';
import { parseJsonObject } from '../json-object.ts';
import type { SendResult } from '../provider.ts';
import { parseRetryAfterMs } from '../retry-after.ts';

// Names from twilio.com/docs/api/errors/<code>. Twilio keeps splitting its codes and advises against logic built on
// them (changelog, 2024-07-10), so the HTTP status decides first and only this list may give up on a recipient.
const RECIPIENT = new Set([
  21211, // invalid 'To' phone number
  21217, // phone number does not appear to be valid
  21265, // 'To' number cannot be a short code
  21610, // recipient has unsubscribed (STOP): another provider must not be tried either
  21614, // 'To' is not a mobile number
  21635, // 'To' number cannot be a landline
  // Codes of a message, in a status callback or in the answer to a send that failed at once.
  30005, // unknown destination handset
  30006, // landline or unreachable carrier
]);

const THROTTLE = new Set([
  20429, // too many requests
  21611, // the queue of this 'From' number is full
]);

const ACCOUNT_OR_SENDER = new Set([
  // Account
  10001, // account is not active
  20003, // authentication failed
  20005, // account is not active
  20006, // access denied
  20008, // not accessible with test credentials
  20010, // calls are not allowed for this account
  20403, // forbidden
  20404, // not found: wrong account SID
  21608, // trial account, 'To' is not verified
  90010, // account is not active
  // Country or route
  21215, // geographic permission, calls
  21408, // geographic permission, messages
  21612, // 'To' cannot be reached from this 'From'
  21703, // Messaging Service has no sender
  21704, // Messaging Service has no sender for this destination
  // Sender and other settings of ours
  21212, // invalid 'From'
  21266, // 'To' and 'From' are the same
  21401, // invalid phone number
  21601, // 'From' is not SMS-capable
  21603, // 'From' is required
  21604, // 'To' is required
  21606, // 'From' is not message-capable for this destination
  21607, // trial account, wrong 'From'
  21609, // invalid StatusCallback
  21617, // body too long
  21618, // body cannot be sent
  21624, // invalid validity period
  21659, // 'From' is not a Twilio number, or short code of another country
  21660, // 'From' belongs to another account
  21661, // 'From' is not SMS-capable
  21701, // Messaging Service does not exist
  21702, // Messaging Service is not available
  21705, // invalid Messaging Service SID
]);

/** Whether the fault lies with the recipient, so that no other provider must be tried. */
export function isRecipientFault(number: number): boolean {
  return RECIPIENT.has(number);
}

/** Statuses of a message that Twilio took down and did not carry (twilio.com/docs/messaging/api/message-resource). */
const FAILED = new Set<unknown>(['failed', 'undelivered', 'canceled']);

/**
 * Classifies an answer of Twilio's Messages API. A 201 shows a message, which may have failed already: then its
 * `error_code` says why. Twilio has no idempotency key, so a 500, 502 or 504 may stand for a message that was taken; a
 * 503, 408 or 429 (twilio.com/docs/api/errors/20429) means that it was not.
 */
export function classifyTwilioAnswer(answer: Answer, nowMs: number): SendResult {
  const { status, headers } = answer;
  const body = parseJsonObject(answer.body);
  if (isSuccess(answer)) {
    const failure = errorNumber(body?.['error_code']);
    if (failure !== undefined) return classifyCode(failure, undefined);
    if (FAILED.has(body?.['status'])) {
      return { kind: 'provider_fault', code: 'twilio_failed', isRecognised: false };
    }
    return classifySuccess(answer, body?.['sid']);
  }
  const number = errorNumber(body?.['code']);
  const code = number === undefined ? `http_${status}` : `twilio_${number}`;
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs);

  if (status === 429) return { kind: 'throttled', code, retryAfterMs };
  if (status === 408 || status === 503) return { kind: 'transient', code, retryAfterMs };
  if (status >= 500) return { kind: 'unknown', code };
  const isAboutCredentials = status === 401 || status === 403;
  if (status < 400 || number === undefined) {
    return { kind: 'provider_fault', code, isRecognised: isAboutCredentials };
  }
  const result = classifyCode(number, retryAfterMs);
  return result.kind === 'provider_fault' && isAboutCredentials ? { ...result, isRecognised: true } : result;
}

function classifyCode(number: number, retryAfterMs: number | undefined): SendResult {
  const code = `twilio_${number}`;
  if (THROTTLE.has(number)) return { kind: 'throttled', code, retryAfterMs };
  if (RECIPIENT.has(number)) return { kind: 'rejected', code };
  return { kind: 'provider_fault', code, isRecognised: ACCOUNT_OR_SENDER.has(number) };
}

// Strict, because it ends up in traces and logs. It may be text, as it is in status callbacks.
function errorNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{5,6}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 1_000_000
    ? number
    : undefined;
}
