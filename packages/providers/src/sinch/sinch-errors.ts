import { type Answer, classifyHttpStatus, classifySuccess, isSuccess } from '../http-status.ts';
import { parseJsonObject } from '../json-object.ts';
import type { SendResult } from '../provider.ts';

// developers.sinch.com/docs/sms/api-reference/status-codes, and community.sinch.com, "Common SMS HTTP Statuses and
// Codes Explained". None of them says for certain that the recipient is at fault, so nothing is `rejected` here.
const CODES = new Set([
  'syntax_invalid_json',
  'syntax_invalid_parameter_format', // a number that is not one, ours or the recipient's
  'syntax_constraint_violation',
  'blocked_account',
  'illegal_number_type', // not a kind of number that this region sends to
  'missing_callback_url',
  'unknown_campaign', // the campaign does not match the sender
  'unknown_group',
]);

/** An answer that no other recipient would have got. */
const ABOUT_A_NUMBER = 'syntax_invalid_parameter_format';

/**
 * Classifies an answer of Sinch's SMS API: HTTP status first, then the `code` in the body. A 201 shows the batch, which is
 * `canceled` if it will not be sent.
 */
export function classifySinchAnswer(answer: Answer, nowMs: number): SendResult {
  const body = parseJsonObject(answer.body);
  if (isSuccess(answer)) {
    return body?.['canceled'] === true
      ? { kind: 'provider_fault', code: 'sinch_canceled', isRecognised: false }
      : classifySuccess(answer, body?.['id']);
  }
  const written = body?.['code'];
  const known = typeof written === 'string' && CODES.has(written) ? written : undefined;
  const result = classifyHttpStatus(answer, nowMs, known && `sinch_${known}`);
  if (result.kind !== 'provider_fault') return result;
  const isSetting = (known !== undefined && known !== ABOUT_A_NUMBER) || answer.status === 404;
  return isSetting ? { ...result, isRecognised: true } : result;
}
