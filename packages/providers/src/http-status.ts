import type { HttpOutcome } from './http-client.ts';
import { readMessageId } from './message-id.ts';
import type { SendResult } from './provider.ts';
import { parseRetryAfterMs } from './retry-after.ts';

export type Answer = Extract<HttpOutcome, { kind: 'answer' }>;

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/**
 * Classifies a 2xx that reports no failure. With a message id, as in every vendor's acceptance, the message was accepted.
 * Without one, the answer may come from somebody else, such as a proxy, so the outcome is unknown.
 */
export function classifySuccess({ status }: Answer, messageId: unknown): SendResult {
  return typeof messageId === 'string' && messageId !== ''
    ? { kind: 'accepted', providerMessageId: readMessageId(messageId) }
    : { kind: 'unknown', code: `http_${status}` };
}

/**
 * What the HTTP status alone says of an answer that is no success, for an API that does not promise to take a
 * repeated message only once: a 500, 502 or 504 may stand for a message that was taken; of 408, 429 and 503 it can
 * be said that it was not. Every other status is a `provider_fault`, recognised if it is about the credentials; a
 * code in the body may tell more. `code` names the answer in place of its status.
 */
export function classifyHttpStatus(
  { status, headers }: Answer,
  nowMs: number,
  code = `http_${status}`,
): SendResult {
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs);
  if (status === 429) return { kind: 'throttled', code, retryAfterMs };
  if (status === 408 || status === 503) return { kind: 'transient', code, retryAfterMs };
  if (status >= 500) return { kind: 'unknown', code };
  return { kind: 'provider_fault', code, isRecognised: status === 401 || status === 403 };
}
