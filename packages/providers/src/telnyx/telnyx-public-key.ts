/**
 * The 32 bytes of a public key as the Telnyx portal shows it, in base64; undefined if it is something else. Padding is
 * optional, and the alphabet may be that of URLs.
 */
export function decodePublicKey(written: string): Buffer | undefined {
  const bytes = Buffer.from(written, 'base64');
  return bytes.length === 32 && /^[A-Za-z0-9+/_-]+=*$/.test(written) ? bytes : undefined;
}
