import { type KeyObject, timingSafeEqual } from 'node:crypto';
import { createHmacSha256 } from '@sms-gateway/privacy';
import {
  base64url,
  decodeProtectedHeader,
  errors,
  type JWTClaimVerificationOptions,
  type JWTPayload,
  UnsecuredJWT,
} from 'jose';

/** Why a token is not valid. Claims are named, such as `claim_aud`. */
export type VerificationFault = 'not_a_jwt' | 'signature' | 'expired' | `claim_${string}`;

export type VerifyToken = (
  token: string,
  claims: JWTClaimVerificationOptions,
) => JWTPayload | VerificationFault;

/** Header of a JWT without a signature (RFC 7519 §6.1): jose checks claims on their own only in this form. */
const UNSECURED = base64url.encode('{"alg":"none"}');

/** Characters; Auth0's has 36. Reading the longest that fits into a request would take a quarter of a millisecond. */
const MAX_HEADER_LENGTH = 1024;

/**
 * Creates a verifier of JWTs signed with HS256 (RFC 7515, RFC 7518 §3.2) and one of the keys. The signature is checked with
 * node:crypto, and the rest by jose, because jose would check it in another thread, for several times the CPU (ADR 6). A
 * signature counts only in the one form that RFC 7515 §2 allows, and a header with `crit`, or of more than 1024 characters,
 * is refused.
 */
export function createVerifyToken(keys: readonly KeyObject[]): VerifyToken {
  const signatures = keys.map(createHmacSha256);
  /** The header of the last authentic token, because a caller sends the same one with every token. */
  let knownHeader: string | undefined;

  return (token, claims) => {
    const headerEnd = token.indexOf('.');
    const payloadEnd = token.lastIndexOf('.');
    const header = token.slice(0, headerEnd);
    const payload = token.slice(headerEnd + 1, payloadEnd);
    const signature = token.slice(payloadEnd + 1);
    if (headerEnd === payloadEnd || payload.includes('.') || header.length > MAX_HEADER_LENGTH) {
      return 'not_a_jwt';
    }
    if (header !== knownHeader && !isHs256(token)) return 'not_a_jwt';
    const signed = token.slice(0, payloadEnd);
    if (!signatures.some((sign) => isSame(signature, sign(signed)))) return 'signature';
    knownHeader = header;
    try {
      return UnsecuredJWT.decode(`${UNSECURED}.${payload}.`, claims).payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired';
      if (error instanceof errors.JWTClaimValidationFailed) return `claim_${error.claim}`;
      return 'not_a_jwt';
    }
  };
}

function isHs256(token: string): boolean {
  try {
    const { alg, crit } = decodeProtectedHeader(token);
    return alg === 'HS256' && crit === undefined;
  } catch {
    return false;
  }
}

function isSame(given: string, expected: string): boolean {
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, Buffer.from(expected));
}
