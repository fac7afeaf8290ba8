/**
 * Decodes base64url (RFC 4648 section 5); padding and the standard alphabet are accepted too. Undefined for
 * anything else; Buffer would skip unknown characters.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9_+/-]+$/.test(digits) || digits.length % 4 === 1) return undefined;
  return new Uint8Array(Buffer.from(digits, 'base64'));
}

/** Whether the bytes are a placeholder rather than a random key. */
export function isAllZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
