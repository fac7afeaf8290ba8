import { createSecretKey } from 'node:crypto';
import type { ConnectionConfig } from '@sms-gateway/config';
import type { JWTClaimVerificationOptions, JWTPayload } from 'jose';
import { HttpProblem } from '../http/problem.ts';
import { createVerifyToken, type VerificationFault } from './verify-token.ts';

const CLOCK_TOLERANCE_MS = 30_000;
const BEARER = /^bearer +([^\s]+)$/i;

/** Returns for a valid token. @throws {HttpProblem} 401 for whatever is wrong with it. */
export type Authenticator = (authorization: string | undefined) => void;

type Deps = {
  connection: Pick<
    ConnectionConfig,
    'secrets' | 'audience' | 'subject' | 'issuer' | 'maxTokenAgeMs' | 'requiresTokenTime'
  >;
  now: () => number;
  /** Called for every accepted token with its age, if it has an `iat`, and whether it never expires. */
  onBelieved?: (token: { ageMs: number | undefined; isEndless: boolean }) => void;
};

/**
 * Checks the token that Auth0 puts into the Authorization header: HS256 with the shared secret of
 * `gateway_authentication`, or with any of several during a rotation. Only the audience is certain to be present.
 * Auth0 does not document whether it sets times, so they are checked where present.
 */
export function createAuthenticator({ connection, now, onBelieved = () => undefined }: Deps): Authenticator {
  const { audience, subject, issuer, maxTokenAgeMs, requiresTokenTime } = connection;
  const verify = createVerifyToken(connection.secrets.map((secret) => createSecretKey(secret)));
  const claims: JWTClaimVerificationOptions = {
    audience,
    clockTolerance: CLOCK_TOLERANCE_MS / 1000,
    ...(subject !== undefined && { subject }),
    ...(issuer !== undefined && { issuer }),
  };

  /** Whether a token never expires. */
  function livesForEver({ iat, exp }: JWTPayload): boolean {
    return exp === undefined && (iat === undefined || maxTokenAgeMs === undefined);
  }

  /** What is wrong with the times of an authentic token, apart from an `exp` in the past. */
  function faultOfTimes(payload: JWTPayload, nowMs: number): TokenFault | undefined {
    const { iat } = payload;
    if (iat !== undefined && iat * 1000 > nowMs + CLOCK_TOLERANCE_MS) return 'issued_in_future';
    if (iat !== undefined && maxTokenAgeMs !== undefined) {
      if (iat * 1000 < nowMs - maxTokenAgeMs - CLOCK_TOLERANCE_MS) return 'too_old';
    }
    return requiresTokenTime && livesForEver(payload) ? 'endless' : undefined;
  }

  return (authorization) => {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) throw unauthenticated('no_token');
    const nowMs = now();
    const verified = verify(token, { ...claims, currentDate: new Date(nowMs) });
    if (typeof verified === 'string') throw unauthenticated(verified);
    const fault = faultOfTimes(verified, nowMs);
    if (fault !== undefined) throw unauthenticated(fault);
    const { iat } = verified;
    onBelieved({
      ageMs: iat === undefined ? undefined : nowMs - iat * 1000,
      isEndless: livesForEver(verified),
    });
  };
}

/** What is wrong with a token. */
type TokenFault = keyof typeof DETAILS | VerificationFault;

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
