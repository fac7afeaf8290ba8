import { createHmac, hash, type KeyObject } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** UTF-16 code units. Auth0's tokens and nearly all texts are shorter; `createHmac` is used for longer ones. */
const MAX_TEXT_LENGTH = 2048;
const MAX_BYTES_PER_UNIT = 3;

/** Holds the padded key and the text during a call. All keys share it: it takes 6 KB, and each connection has its keys. */
const inner = Buffer.alloc(BLOCK_BYTES + MAX_TEXT_LENGTH * MAX_BYTES_PER_UNIT);

/**
 * Creates a function that computes the HMAC-SHA-256 (RFC 2104) of a text under this key, as base64url. It makes one call of
 * node:crypto for each of the two digests. The object that `createHmac` makes for every text costs more than both (ADR 6).
 */
export function createHmacSha256(key: KeyObject): (text: string) => string {
  const secret = key.export();
  const blockKey = secret.length > BLOCK_BYTES ? hash('sha256', secret, 'buffer') : secret;
  const innerKey = padded(blockKey, INNER_PAD);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  outer.set(padded(blockKey, OUTER_PAD));

  return (text) => {
    if (text.length > MAX_TEXT_LENGTH) return createHmac('sha256', key).update(text).digest('base64url');
    inner.set(innerKey);
    const end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES);
    outer.write(hash('sha256', inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'binary');
    return hash('sha256', outer, 'base64url');
  };
}

/** The key as one block, padded as in RFC 2104. */
function padded(key: Uint8Array, pad: number): Uint8Array {
  return new Uint8Array(BLOCK_BYTES).map((_, i) => (key[i] ?? 0) ^ pad);
}
