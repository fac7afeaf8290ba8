import type { ConnectionConfig } from '@sms-gateway/config';
import { type CryptoKey, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { HttpProblem } from '../http/problem.ts';

const CLOCK_TOLERANCE_SECONDS = 30;
/** A token that comes again, as in a burst, is not verified again for this long. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_TOKENS = 1000;

/** Resolves for a valid token. @throws {HttpProblem} 401 for whatever is wrong with it. */
export type Authenticator = (authorization: string | undefined) => Promise<void>;

type Deps = {
  connection: Pick<ConnectionConfig, 'secrets' | 'audience' | 'subject' | 'issuer'>;
  now: () => number;
};

/**
 * Checks the token that Auth0 puts into the Authorization header: HS256 with the shared secret of
 * `gateway_authentication`, or with any of several during a rotation. Only the audience is certain to be present.
 * Auth0 does not document whether it sets times, so they are checked where present.
 */
export async function createAuthenticator({ connection, now }: Deps): Promise<Authenticator> {
  const { audience, subject, issuer } = connection;
  const keys = await Promise.all(connection.secrets.map(importKey));
  const claims: JWTVerifyOptions = {
    algorithms: ['HS256'],
    audience,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ...(subject !== undefined && { subject }),
    ...(issuer !== undefined && { issuer }),
  };
  /** Verified tokens, with the time in milliseconds from which they have to be verified again. */
  const remembered = new Map<string, number>();

  function remember(token: string, { exp }: JWTPayload): void {
    if (remembered.size >= REMEMBERED_TOKENS) remembered.clear();
    const expiresAt = exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000;
    remembered.set(token, Math.min(now() + REMEMBERED_MS, expiresAt));
  }

  return async (authorization) => {
    const token = /^bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated('no_token');
    if ((remembered.get(token) ?? 0) > now()) return;

    for (const key of keys) {
      const verified = await verify(token, key, { ...claims, currentDate: new Date(now()) });
      if (typeof verified === 'object') {
        remember(token, verified);
        return;
      }
      if (verified !== 'signature') throw unauthenticated(verified);
    }
    throw unauthenticated('signature');
  };
}

/** The claims, or what is wrong with the token. `signature` means that another key may be the right one. */
async function verify(
  token: string,
  key: CryptoKey,
  options: JWTVerifyOptions & { currentDate: Date },
): Promise<JWTPayload | TokenFault> {
  try {
    const { payload } = await jwtVerify(token, key, options);
    const latest = options.currentDate.getTime() / 1000 + CLOCK_TOLERANCE_SECONDS;
    return payload.iat !== undefined && payload.iat > latest ? 'issued_in_future' : payload;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
    if (error instanceof errors.JWTExpired) return 'expired';
    if (error instanceof errors.JWTClaimValidationFailed) return `claim_${error.claim}`;
    return 'not_a_jwt';
  }
}

/** What is wrong with a token. */
type TokenFault = keyof typeof DETAILS | `claim_${string}`;

const DETAILS = {
  no_token: 'The Authorization header holds no bearer token.',
  not_a_jwt: 'The bearer token is not a JWT signed with HS256.',
  signature: 'The signature of the bearer token does not match the shared secret.',
  expired: 'The bearer token has expired.',
  issued_in_future: 'The bearer token was issued in the future: compare the clocks.',
} as const;

function unauthenticated(fault: TokenFault): HttpProblem {
  const detail =
    Object.entries(DETAILS).find(([name]) => name === fault)?.[1] ??
    `The claim "${fault.replace('claim_', '')}" of the bearer token is not as expected.`;
  return new HttpProblem(401, 'unauthenticated', detail, {
    headers: { 'WWW-Authenticate': 'Bearer' },
    fault,
  });
}

function importKey(secret: Uint8Array): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', new Uint8Array(secret), algorithm, false, ['verify']);
}
