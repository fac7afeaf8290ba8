import { createHmac } from 'node:crypto';
import { isEqual } from '@sms-gateway/contract';
import type { ReceiptRequest } from '../receipt-reader.ts';
import { isRecent } from '../signature-age.ts';

// Named in the documentation of Sinch's .NET SDK (ISinchSmsWebhooks). The Node SDK (@sinch/sdk-client 1.4) does not
// look at the header and takes SHA-256.
const ALGORITHMS: ReadonlyMap<unknown, string> = new Map([
  [undefined, 'sha256'],
  ['HmacSHA256', 'sha256'],
  ['HmacSHA384', 'sha384'],
  ['HmacSHA512', 'sha512'],
]);

/**
 * Whether a callback is signed with the HMAC secret of the service plan: over body, nonce and time, which may be five
 * minutes off (developers.sinch.com, Conversation API, Validating callbacks; @sinch/sms uses the same).
 */
export function isSinchs({ headers, rawBody, now }: ReceiptRequest, secret: string): boolean {
  const signature = headers['x-sinch-webhook-signature'];
  const nonce = headers['x-sinch-webhook-signature-nonce'];
  const timestamp = headers['x-sinch-webhook-signature-timestamp'];
  const algorithm = ALGORITHMS.get(headers['x-sinch-webhook-signature-algorithm']);
  if (typeof signature !== 'string' || typeof nonce !== 'string' || algorithm === undefined) return false;
  if (typeof timestamp !== 'string' || !/^\d{1,12}$/.test(timestamp)) return false;

  const hmac = createHmac(algorithm, secret).update(rawBody).update(`.${nonce}.${timestamp}`);
  return isEqual(signature, hmac.digest('base64')) && isRecent(Number(timestamp), now);
}
