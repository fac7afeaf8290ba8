import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { PayloadKeys } from '@sms-gateway/config';

/** A 256-bit key for one purpose, from a payload key (HKDF, RFC 5869). Keys of different purposes are unrelated. */
export function deriveKey(payloadKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', payloadKey, '', `auth0-sms-gateway ${purpose}`, 32));
}

/**
 * One key for each payload key, the current one first. With encryption off, one that everybody can derive. Key objects,
 * because Node 24 makes one of raw bytes for every call, which costs eight times the HMAC.
 */
export function deriveKeys(payloadKeys: PayloadKeys, purpose: string): [KeyObject, ...KeyObject[]] {
  const secrets = payloadKeys.kind === 'off' ? [Buffer.alloc(32)] : payloadKeys.keys;
  const [current, ...older] = secrets.map((secret) => createSecretKey(deriveKey(secret, purpose)));
  if (current === undefined) throw new Error('no payload key');
  return [current, ...older];
}
