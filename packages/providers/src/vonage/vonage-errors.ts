import { type Answer, classifyHttpStatus, isSuccess } from '../http-status.ts';
import { objectsIn, parseJsonObject } from '../json-object.ts';
import { readMessageId } from '../message-id.ts';
import type { SendResult } from '../provider.ts';

// messages[].status, named at developer.vonage.com/api-errors/sms. Only this list may give up on a recipient.
const RECIPIENT = new Set([
  '7', // number barred: it is on a blocklist and may not receive messages
  '33', // number deactivated
]);

const THROTTLE = new Set([
  '1', // throttled: faster than the account's limit
  '10', // too many existing binds: back off and retry
]);

const ACCOUNT_OR_SENDER = new Set([
  '2', // missing parameters
  '3', // invalid parameters
  '4', // invalid credentials
  '6', // invalid message, an unrecognised prefix for example: another provider's numbering plan may know it
  '8', // account suspended
  '9', // not enough credit
  '11', // account not enabled for HTTP
  '12', // message too long
  '14', // invalid signature
  '15', // invalid sender address
  '22', // invalid network code
  '23', // invalid callback URL
  '29', // destination not on the list of a trial account
  '32', // signature and secret both given
]);

const INTERNAL_ERROR = '5';

/**
 * Classifies an answer of Vonage's SMS API. Errors come with HTTP 200: the result stands in `messages[].status`, one
 * entry for each part of the text. A 200 without one is therefore `unknown`, not a success.
 */
export function classifyVonageAnswer(answer: Answer, nowMs: number): SendResult {
  if (!isSuccess(answer)) return classifyHttpStatus(answer, nowMs);
  const { messages, 'message-count': count } = parseJsonObject(answer.body) ?? {};
  const parts = objectsIn(messages);
  const [first] = parts;
  if (first === undefined) return { kind: 'unknown', code: `http_${answer.status}` };

  const taken = parts.filter(({ status }) => String(status) === '0');
  if (taken.length === 0) return classifyMessageStatus(first['status']);
  if (taken.length < parts.length || Number(count) > parts.length) {
    return { kind: 'unknown', code: 'vonage_partial' };
  }
  const partIds = parts.slice(1).flatMap((part) => readMessageId(part['message-id']) ?? []);
  return {
    kind: 'accepted',
    providerMessageId: readMessageId(first['message-id']),
    ...(partIds.length > 0 && { partIds }),
  };
}

function classifyMessageStatus(written: unknown): SendResult {
  const status = String(written);
  if (!/^\d{1,3}$/.test(status)) {
    return { kind: 'unknown', code: 'vonage_status_unreadable' };
  }
  const code = `vonage_${status}`;
  if (RECIPIENT.has(status)) return { kind: 'rejected', code };
  if (THROTTLE.has(status)) return { kind: 'throttled', code, retryAfterMs: undefined };
  if (status === INTERNAL_ERROR) return { kind: 'unknown', code };
  return { kind: 'provider_fault', code, isRecognised: ACCOUNT_OR_SENDER.has(status) };
}
