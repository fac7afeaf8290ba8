import { createSecretKey, hkdfSync } from 'node:crypto';
import type { PayloadKeys } from '@sms-gateway/config';
import { createHmacSha256 } from './hmac.ts';

type Mac = (text: string) => string;

/** Characters of base64url for 128 bits. */
const MAC_LENGTH = 22;

/** A 256-bit key for one purpose, from a payload key (HKDF, RFC 5869). Keys of different purposes are unrelated. */
export function deriveKey(payloadKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', payloadKey, '', `auth0-sms-gateway ${purpose}`, 32));
}

/**
 * One function for each payload key, the current key's first, that computes the MAC of a text: 128 bits, as base64url. With
 * encryption off, there is one, and everybody can compute the same.
 */
export function deriveMacs(payloadKeys: PayloadKeys, purpose: string): [Mac, ...Mac[]] {
  const secrets = payloadKeys.kind === 'off' ? [Buffer.alloc(32)] : payloadKeys.keys;
  const [current, ...older] = secrets.map((secret): Mac => {
    const hmac = createHmacSha256(createSecretKey(deriveKey(secret, purpose)));
    return (text) => hmac(text).slice(0, MAC_LENGTH);
  });
  if (current === undefined) throw new Error('no payload key');
  return [current, ...older];
}
