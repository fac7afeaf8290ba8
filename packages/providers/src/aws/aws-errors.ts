import { type Answer, classifyHttpStatus, classifySuccess, isSuccess } from '../http-status.ts';
import { parseJsonObject } from '../json-object.ts';
import { parseRetryAfterMs } from '../retry-after.ts';
import type { SendResult } from '../provider.ts';

/** Reasons (of ConflictException) that are about the recipient; nobody else should try either. */
const RECIPIENT = new Set([
  'DESTINATION_PHONE_NUMBER_OPTED_OUT',
  // An operator's own rule against this very number.
  'DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE',
]);

/** Reasons that are about account, country or sender: another provider may do it. */
const ACCOUNT_OR_SENDER = new Set([
  'ACCOUNT_DISABLED',
  'INSUFFICIENT_ACCOUNT_REPUTATION',
  'MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT',
  'DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION',
  'DESTINATION_PHONE_NUMBER_NOT_VERIFIED', // account in the sandbox
  'MESSAGE_TYPE_MISMATCH',
  'NO_ORIGINATION_IDENTITIES_FOUND',
  'NUMBER_CAPABILITIES_MISMATCH',
  'OPT_OUT_LIST_MISMATCH',
  'PHONE_NUMBER_NOT_IN_REGISTRATION_REGION',
  'REGISTRATION_NOT_COMPLETE',
  'RESOURCE_NOT_ACTIVE',
  'COUNTRY_NOT_ENABLED',
  'DESTINATION_COUNTRY_BLOCKED',
  'INTERNATIONAL_SENDING_NOT_SUPPORTED',
  'INVALID_ARN',
  'INVALID_IDENTITY_FOR_DESTINATION_COUNTRY',
  'PRICE_OVER_THRESHOLD',
  'RESOURCE_NOT_ACCESSIBLE',
  'SENDER_ID_NOT_REGISTERED',
  'SENDER_ID_NOT_SUPPORTED',
  'SENDER_ID_REQUIRES_REGISTRATION',
]);

/** Exceptions that say enough without a reason (AWS common errors, and those of SendTextMessage). */
const EXCEPTIONS = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'NotAuthorized',
  'OptInRequired',
  'RequestExpired',
  'ResourceNotFoundException',
  'ServiceQuotaExceededException',
  'UnrecognizedClientException',
]);

/**
 * Classifies an answer of SendTextMessage, by the exception's name and reason
 * (docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html). There is no idempotency
 * token, so an internal error may stand for a message that was taken; of a throttled one it can be said that it was
 * not.
 */
export function classifyAwsAnswer(answer: Answer, nowMs: number): SendResult {
  const body = parseJsonObject(answer.body);
  if (isSuccess(answer)) return classifySuccess(answer, body?.['MessageId']);

  const name = /(?:^|#)([A-Za-z]{1,64})(?:$|:)/.exec(textOf(body?.['__type']))?.[1] ?? '';
  const reason = textOf(body?.['Reason']);
  const retryAfterMs = parseRetryAfterMs(answer.headers['retry-after'], nowMs);
  if (/^Throttling(Exception)?$/.test(name)) {
    return { kind: 'throttled', code: 'aws_throttling', retryAfterMs };
  }
  if (answer.status >= 429) return classifyHttpStatus(answer, nowMs);
  if (RECIPIENT.has(reason)) return { kind: 'rejected', code: token(reason) };
  if (ACCOUNT_OR_SENDER.has(reason)) {
    return { kind: 'provider_fault', code: token(reason), isRecognised: true };
  }
  if (EXCEPTIONS.has(name)) return { kind: 'provider_fault', code: token(name), isRecognised: true };
  return classifyHttpStatus(answer, nowMs);
}

/** `aws_access_denied` for AccessDeniedException, `aws_account_disabled` for ACCOUNT_DISABLED: known names only. */
function token(known: string): string {
  const words = known.replace(/Exception$/, '').replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_');
  return `aws_${words.toLowerCase()}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
