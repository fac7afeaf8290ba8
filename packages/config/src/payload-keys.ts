import { decodeBase64, isAllZeros } from './base64.ts';
import type { Read } from './setting.ts';
import type { Review } from './review.ts';
import type { PayloadKeys } from './config.ts';
import type { Settings } from './settings.ts';

const KEY_BYTES = 32;
const MAKE_ONE = 'make one with: openssl rand -base64 32';

/** Undefined if a problem was reported. */
export function payloadKeysConfig(settings: Read<Settings>, review: Review): PayloadKeys | undefined {
  const { payloadKeys, payloadEncryption } = settings;
  const isGiven = review.isGiven(['payloadKeys']);

  if (payloadEncryption === 'off') {
    if (isGiven) {
      const keysLabel = review.label(['payloadKeys']);
      review.problem(['payloadEncryption'], `off contradicts ${keysLabel}; remove one of them`);
      return undefined;
    }
    review.warning(['payloadEncryption'], 'off: phone numbers and codes are readable in Redis');
    return { kind: 'off' };
  }
  if (!isGiven && payloadEncryption === 'on') {
    review.problem(
      ['payloadKeys'],
      `not set; ${MAKE_ONE} (or set PAYLOAD_ENCRYPTION=off to keep phone numbers and codes readable in Redis)`,
    );
  }

  const keys = (payloadKeys ?? []).map((text, index) => {
    const key = decodeBase64(text);
    if (key?.length === KEY_BYTES) {
      if (isAllZeros(key)) {
        review.warning(['payloadKeys', index], `is all zeros and easy to guess; ${MAKE_ONE}`);
      }
      return key;
    }
    review.problem(['payloadKeys', index], `is not ${KEY_BYTES} bytes in base64url; ${MAKE_ONE}`);
    return undefined;
  });
  const decoded = keys.filter((key) => key !== undefined);
  return decoded.length > 0 && decoded.length === keys.length ? { kind: 'keys', keys: decoded } : undefined;
}
