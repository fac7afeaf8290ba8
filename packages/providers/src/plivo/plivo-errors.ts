import { type Answer, classifyHttpStatus, classifySuccess, isSuccess } from '../http-status.ts';
import { parseJsonObject } from '../json-object.ts';
import type { SendResult } from '../provider.ts';

/**
 * Classifies an answer of Plivo's Message API (docs.plivo.com/docs/messaging/api/response). A refusal has no code but
 * its HTTP status and a sentence, so none can be told to be about the recipient: a 400 is an unrecognised fault,
 * which earns one failover. The numbered codes come with delivery receipts only.
 */
export function classifyPlivoAnswer(answer: Answer, nowMs: number): SendResult {
  if (!isSuccess(answer)) {
    const result = classifyHttpStatus(answer, nowMs);
    // A path that exists for every account there is, and a method that it has: ID or URL are wrong.
    return result.kind === 'provider_fault' && (answer.status === 404 || answer.status === 405)
      ? { ...result, isRecognised: true }
      : result;
  }
  const { message_uuid: ids, invalid_number: invalid, error } = parseJsonObject(answer.body) ?? {};
  // plivo 4.79 (resources/messages.js) has the numbers that were left out of a 202; ours was the only one.
  if (isEmptyList(ids) && Array.isArray(invalid) && invalid.length > 0) {
    return { kind: 'provider_fault', code: 'plivo_invalid_number', isRecognised: true };
  }
  // Errors are documented with a status of their own; one that comes with a 2xx and no id is no acceptance either.
  if (isEmptyList(ids) && typeof error === 'string' && error !== '') {
    return { kind: 'provider_fault', code: 'plivo_error', isRecognised: false };
  }
  return classifySuccess(answer, Array.isArray(ids) ? ids[0] : ids);
}

function isEmptyList(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
