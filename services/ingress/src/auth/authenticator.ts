import type { ConnectionConfig } from '@sms-gateway/config';
import { type CryptoKey, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { HttpProblem } from '../http/problem.ts';

const CLOCK_TOLERANCE_MS = 30_000;
/** Milliseconds for which a verified token is not verified again, as in a burst. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_TOKENS = 1000;

/** Resolves for a valid token. @throws {HttpProblem} 401 for whatever is wrong with it. */
export type Authenticator = (authorization: string | undefined) => Promise<void>;

type Deps = {
  connection: Pick<
    ConnectionConfig,
    'secrets' | 'audience' | 'subject' | 'issuer' | 'maxTokenAgeMs' | 'requiresTokenTime'
  >;
  now: () => number;
  /** Called for every accepted token with its age, if it has an `iat`, and whether it never expires. */
  onBelieved?: (token: { ageMs: number | undefined; isEndless: boolean }) => void;
};

/** A verified token; times in milliseconds since the epoch. */
type Known = { issuedAt: number | undefined; isEndless: boolean; verifyAgainAt: number };

/**
 * Checks the token that Auth0 puts into the Authorization header: HS256 with the shared secret of
 * `gateway_authentication`, or with any of several during a rotation. Only the audience is certain to be present.
 * Auth0 does not document whether it sets times, so they are checked where present.
 */
export async function createAuthenticator({
  connection,
  now,
  onBelieved = () => undefined,
}: Deps): Promise<Authenticator> {
  const { audience, subject, issuer, maxTokenAgeMs, requiresTokenTime } = connection;
  const keys = await Promise.all(connection.secrets.map(importKey));
  const claims: JWTVerifyOptions = {
    algorithms: ['HS256'],
    audience,
    clockTolerance: CLOCK_TOLERANCE_MS / 1000,
    ...(subject !== undefined && { subject }),
    ...(issuer !== undefined && { issuer }),
  };
  const remembered = new Map<string, Known>();

  function believe({ issuedAt, isEndless }: Known): void {
    onBelieved({ ageMs: issuedAt === undefined ? undefined : now() - issuedAt, isEndless });
  }

  function remember(token: string, { iat, exp }: JWTPayload): Known {
    if (remembered.size >= REMEMBERED_TOKENS) remembered.clear();
    const issuedAt = iat === undefined ? undefined : iat * 1000;
    const known = {
      issuedAt,
      isEndless: livesForEver(iat, exp),
      verifyAgainAt: Math.min(
        now() + REMEMBERED_MS,
        exp === undefined ? Number.POSITIVE_INFINITY : exp * 1000,
        (issuedAt ?? Number.POSITIVE_INFINITY) + (maxTokenAgeMs ?? Number.POSITIVE_INFINITY),
      ),
    };
    remembered.set(token, known);
    return known;
  }

  /** Whether a token never expires. */
  function livesForEver(iat: number | undefined, exp: number | undefined): boolean {
    return exp === undefined && (iat === undefined || maxTokenAgeMs === undefined);
  }

  /** What is wrong with the times of an authentic token, apart from an `exp` in the past. */
  function faultOfTimes({ iat, exp }: JWTPayload): TokenFault | undefined {
    if (iat !== undefined && iat * 1000 > now() + CLOCK_TOLERANCE_MS) return 'issued_in_future';
    if (iat !== undefined && maxTokenAgeMs !== undefined) {
      if (iat * 1000 < now() - maxTokenAgeMs - CLOCK_TOLERANCE_MS) return 'too_old';
    }
    return requiresTokenTime && livesForEver(iat, exp) ? 'endless' : undefined;
  }

  return async (authorization) => {
    const token = /^bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated('no_token');
    const known = remembered.get(token);
    if (known !== undefined && known.verifyAgainAt > now()) return believe(known);

    for (const key of keys) {
      const verified = await verify(token, key, { ...claims, currentDate: new Date(now()) });
      if (typeof verified === 'object') {
        const fault = faultOfTimes(verified);
        if (fault !== undefined) throw unauthenticated(fault);
        return believe(remember(token, verified));
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
  options: JWTVerifyOptions,
): Promise<JWTPayload | TokenFault> {
  try {
    return (await jwtVerify(token, key, options)).payload;
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
  too_old: 'The bearer token is older than AUTH0_MAX_TOKEN_AGE (maxTokenAge) allows.',
  endless:
    'The bearer token has neither exp nor iat, and AUTH0_REQUIRE_TOKEN_TIME (requireTokenTime) requires one of them.',
} as const;

function unauthenticated(fault: TokenFault): HttpProblem {
  const detail =
    Object.entries(DETAILS).find(([name]) => name === fault)?.[1] ??
    `The claim "${fault.replace('claim_', '')}" of the bearer token is not as expected.`;
  return new HttpProblem(401, 'unauthenticated', detail, {
    // An unauthenticated caller does not get to keep a connection open.
    headers: { 'WWW-Authenticate': 'Bearer', Connection: 'close' },
    fault,
  });
}

function importKey(secret: Uint8Array): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', new Uint8Array(secret), algorithm, false, ['verify']);
}
