/** The verdict on a refused request, by the problem that the caller was told. */
export type RefusalSentences = { verdict: string; advice: string };

const RETRY = 'Nothing was queued; a caller that tries again gets it through once this is over.';

const BY_PROBLEM: Record<string, RefusalSentences> = {
  destination_not_allowed: {
    verdict: 'Refused: no codes are sent to this destination.',
    advice: 'If it should get codes, allow it: ALLOWED_COUNTRIES, deniedCountries or deniedPrefixes.',
  },
  number_type_not_allowed: {
    verdict: 'Refused: numbers of this type get no codes.',
    advice: 'If they should, change deniedNumberTypes; otherwise ask the user for a mobile number.',
  },
  destination_blocked: {
    verdict: 'Refused: an operator has blocked this destination.',
    advice: 'npm run gateway -- blocks shows which block and why; npm run gateway -- unblock takes it back.',
  },
  recipient_not_possible: {
    verdict: 'Refused: what was sent as the number cannot be a phone number.',
    advice:
      'Ask the user to enter the whole number with its country code; DEFAULT_COUNTRY helps where numbers come without one.',
  },
  idempotency_key_reused: {
    verdict: 'Refused: its Idempotency-Key had come with another recipient or text.',
    advice: 'The caller must give every message a key of its own (docs/auth0.md#who-asks-again).',
  },
  limit_reached: {
    verdict: 'Refused: a limit was reached.',
    advice:
      'npm run gateway -- explain NUMBER shows which and for how long; the user can wait, or raise the limit.',
  },
  spend_cap_reached: {
    verdict: 'Refused: the daily spend cap is reached.',
    advice: 'Look whether the traffic is real (docs/screening.md#under-attack), then raise spend.',
  },
  pumping_suspected: {
    verdict: 'Refused: too many codes were sent to this country or from this address that nobody used.',
    advice:
      'Look whether the traffic is real (docs/screening.md#under-attack); npm run gateway -- explain NUMBER shows the guard.',
  },
  queue_unavailable: {
    verdict: 'Refused: Redis could not take the message durably at that moment.',
    advice: `${RETRY} npm run gateway -- doctor --only redis says whether it can now.`,
  },
  invalid_request: {
    verdict: 'Refused: a field of the request is missing or malformed.',
    advice:
      'The log line request.completed of the ingress has the field in detail; compare with docs/auth0.md#what-a-request-may-hold.',
  },
  internal_error: {
    verdict: 'Refused: something went wrong in the ingress.',
    advice: 'Look for request.failed in the log of the ingress at that time, and report it.',
  },
};

/** What is wrong with a token, and who can put it right. */
const TOKEN_FAULTS: Record<string, RefusalSentences> = {
  no_token: {
    verdict: 'they carried no token',
    advice: 'Set gateway_authentication of the SMS connection: npm run gateway -- auth0 connect.',
  },
  not_a_jwt: {
    verdict: 'their token is no JWT signed with HS256',
    advice: 'Look at who calls: Auth0 and the Actions sign with HS256.',
  },
  signature: {
    verdict: 'their token is signed with another secret',
    advice:
      'Give Auth0 and the gateway the same secret: npm run gateway -- doctor --only tenant,public-url compares them, npm run gateway -- auth0 connect sets it.',
  },
  expired: {
    verdict: 'their token had expired',
    advice: 'Compare the clocks: npm run gateway -- doctor --only clock.',
  },
  too_old: {
    verdict: 'their token is older than AUTH0_MAX_TOKEN_AGE allows',
    advice:
      'Compare the clocks: npm run gateway -- doctor --only clock. A caller that keeps tokens needs a larger age.',
  },
  endless: {
    verdict: 'their token has neither exp nor iat',
    advice: 'Have the caller set iat or exp, or unset AUTH0_REQUIRE_TOKEN_TIME.',
  },
  issued_in_future: {
    verdict: 'their token was issued in the future',
    advice: 'Compare the clocks: npm run gateway -- doctor --only clock.',
  },
  claim_aud: {
    verdict: 'their token is for another audience',
    advice:
      'Give Auth0 and the gateway the same audience: AUTH0_AUDIENCE, and gateway_authentication.audience.',
  },
  claim_sub: {
    verdict: 'their token has another subject',
    advice: 'Compare AUTH0_SUBJECT with gateway_authentication.subject, or unset it.',
  },
  claim_iss: {
    verdict: 'their token has another issuer',
    advice: 'Compare AUTH0_ISSUER with the tenant, or unset it.',
  },
};

/** What is wrong with the tokens of requests that were refused for them. */
export function tokenFault(fault: string): RefusalSentences {
  return (
    TOKEN_FAULTS[fault] ?? {
      verdict: `their token is not as expected (${fault.replaceAll('_', ' ')})`,
      advice: 'The log line request.completed of the ingress says more in detail.',
    }
  );
}

/** The problem that `rules` of screening stand for, as the ingress answers them. */
export function problemOf(rules: readonly string[]): { status: 403 | 429; problem: string } {
  if (rules.includes('blocked')) return { status: 403, problem: 'destination_blocked' };
  const all = (prefix: string) => rules.length > 0 && rules.every((rule) => rule.startsWith(prefix));
  if (all('guard_')) return { status: 429, problem: 'pumping_suspected' };
  return { status: 429, problem: all('spend_') ? 'spend_cap_reached' : 'limit_reached' };
}

export function refusalSentences(problem: string, rules: readonly string[]): RefusalSentences {
  const { verdict, advice } = BY_PROBLEM[problem] ?? {
    verdict: `Refused (${problem.replaceAll('_', ' ')}).`,
    advice: 'The log line request.completed of the ingress says more.',
  };
  return {
    verdict: rules.length === 0 ? verdict : verdict.replace(/\.$/, ` (${rules.join(', ')}).`),
    advice,
  };
}
