const WORDS =
  /change[-_ ]?(me|this|it)|your[-_ ]?\w*[-_ ]?(secret|key|token)|replace[-_ ]?(me|this|with)|place[-_ ]?holder|example|password|dummy|^<.*>$|x{6}|123456/i;
const MIN_DISTINCT_BYTES = 10;

/** Whether a secret looks like a placeholder. A random secret does so once in a million. */
export function looksLikePlaceholder(secret: Uint8Array): boolean {
  return WORDS.test(Buffer.from(secret).toString('latin1')) || new Set(secret).size < MIN_DISTINCT_BYTES;
}
