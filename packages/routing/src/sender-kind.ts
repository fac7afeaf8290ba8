import type { SenderKind } from '@sms-gateway/config';
import { AWS_ORIGINATION_ID, isUuid, MESSAGING_SERVICE_SID } from '@sms-gateway/contract';

/** The kind of a sender ID, from its form. UUIDs are Telnyx's messaging profiles and Plivo's Powerpacks. */
export function senderKind(sender: string): SenderKind {
  const isPool = [MESSAGING_SERVICE_SID, AWS_ORIGINATION_ID].some((form) => form.test(sender));
  if (isPool || isUuid(sender)) return 'messaging_service';
  if (/^\+[1-9]\d{6,14}$/.test(sender)) return 'long_code';
  return /^\d{3,8}$/.test(sender) ? 'short_code' : 'alphanumeric';
}
