import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { pooledRandomBytes } from './random-bytes.ts';

/**
 * The header of a compact JWE (RFC 7516) of one kind: `dir` with `A256GCM`. It is made with node:crypto and not with
 * jose, whose every call to WebCrypto goes through Node's thread pool, which costs many times what the encryption does
 * (docs/adr/0006). jwe.test.ts checks that jose decrypts what is encrypted here, and vice versa.
 *
 * `bnd` is a digest of what the text belongs to.
 */
export type JweHeader = { kid: string; bnd: string };

// A `crit` or `zip` in it would change what the rest means.
const headerSchema = z.strictObject({
  alg: z.literal('dir'),
  enc: z.literal('A256GCM'),
  kid: z.string().optional(),
  bnd: z.string().optional(),
});

const IV_BYTES = 12;
const TAG_BYTES = 16;

export function sealJwe(key: KeyObject, { kid, bnd }: JweHeader, plaintext: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid, bnd })).toString('base64url');
  // 96 random bits that no other message gets (NIST SP 800-38D §8.2.2).
  const iv = pooledRandomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(header, 'ascii'));
  // All of the ciphertext comes from the first call; the last one only makes the tag. A string would need a decoder of its own.
  const ciphertext = cipher.update(plaintext, 'utf8');
  cipher.final();
  const parts = [iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'));
  return `${header}..${parts.join('.')}`;
}

/**
 * The header and plaintext of what `sealJwe` made.
 * @throws for everything else: another kind of JWE, none at all, one that no key opens or that was changed.
 */
export function openJwe(
  keyFor: (kid: string | undefined) => KeyObject,
  sealed: string,
): { header: z.infer<typeof headerSchema>; plaintext: string } {
  const [encodedHeader = '', encryptedKey, iv = '', ciphertext = '', tag = '', ...more] = sealed.split('.');
  const nonce = Buffer.from(iv, 'base64url');
  if (encryptedKey !== '' || nonce.length !== IV_BYTES || more.length > 0) {
    throw new Error('not a compact JWE with a direct key');
  }
  const header = headerSchema.parse(JSON.parse(Buffer.from(encodedHeader, 'base64url').toString()));
  const decipher = createDecipheriv('aes-256-gcm', keyFor(header.kid), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(encodedHeader, 'ascii'));
  decipher.setAuthTag(Buffer.from(tag, 'base64url'));
  // All of the text comes from the first call; the last one only checks the tag. A string would need a decoder of its own.
  const plaintext = decipher.update(ciphertext, 'base64url');
  decipher.final();
  return { header, plaintext: plaintext.toString() };
}
