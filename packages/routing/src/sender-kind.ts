import type { SenderKind } from '@sms-gateway/config';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/**
 * Twilio's messaging services and AWS's pools, phone and sender ids and ARNs, beside the UUIDs of Telnyx and Plivo.
 * Those of AWS are longer than the 11 characters of an alphanumeric sender ID, which may begin like one.
 */
const POOL = /^(MG[0-9a-fA-F]{32}|(pool|phone|sender)-[\w-]{7,}|arn:aws.+)$/;

/** What kind of sender an ID is, by its form. */
export function senderKind(sender: string): SenderKind {
  if (UUID.test(sender) || POOL.test(sender)) return 'messaging_service';
  if (/^\+[1-9]\d{6,14}$/.test(sender)) return 'long_code';
  return /^\d{3,8}$/.test(sender) ? 'short_code' : 'alphanumeric';
}
