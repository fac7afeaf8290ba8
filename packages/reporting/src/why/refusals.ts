/** Verdict and advice for a refused request, by the problem in its answer. */
export type RefusalSentences = { verdict: string; advice: string };

const RETRY = 'Nothing was queued. A caller that retries gets through once Redis works.';

const BY_PROBLEM: Record<string, RefusalSentences> = {
  destination_not_allowed: {
    verdict: 'Refused: this destination is not allowed.',
    advice: 'If it should get codes, allow it with ALLOWED_COUNTRIES, deniedCountries or deniedPrefixes.',
  },
  number_type_not_allowed: {
    verdict: 'Refused: numbers of this type are not allowed.',
    advice: 'If they should get codes, change deniedNumberTypes; otherwise ask the user for a mobile number.',
  },
  destination_blocked: {
    verdict: 'Refused: an operator has blocked this destination.',
    advice: 'npm run gateway -- blocks shows which block and why; npm run gateway -- unblock removes it.',
  },
  recipient_not_possible: {
    verdict: 'Refused: the recipient is not a possible phone number.',
    advice:
      'Ask the user to enter the whole number with its country code. DEFAULT_COUNTRY helps if numbers arrive without one.',
  },
  idempotency_key_reused: {
    verdict: 'Refused: its Idempotency-Key was used before with another recipient or text.',
    advice: 'The caller must use a different key for every message (docs/auth0.md#who-asks-again).',
  },
  limit_reached: {
    verdict: 'Refused: a limit was reached.',
    advice:
      'npm run gateway -- explain NUMBER shows which and for how long. The user can wait, or you can raise the limit.',
  },
  spend_cap_reached: {
    verdict: 'Refused: the daily spend cap is reached.',
    advice: 'Check whether the traffic is real (docs/screening.md#under-attack), then raise spend.',
  },
  pumping_suspected: {
    verdict: 'Refused: too many codes to this country or from this IP address were never used.',
    advice:
      'Check whether the traffic is real (docs/screening.md#under-attack); npm run gateway -- explain NUMBER shows the guard.',
  },
  queue_unavailable: {
    verdict: 'Refused: Redis could not store the message durably at that moment.',
    advice: `${RETRY} npm run gateway -- doctor --only redis says whether it works now.`,
  },
  invalid_request: {
    verdict: 'Refused: a field of the request is missing or malformed.',
    advice:
      'The log line request.completed of the ingress names the field in detail; see docs/auth0.md#what-a-request-may-contain.',
  },
  internal_error: {
    verdict: 'Refused: an internal error of the ingress.',
    advice: 'See request.failed in the log of the ingress at that time, and report it.',
  },
};

/** What is wrong with a token, and what to do. */
const TOKEN_FAULTS: Record<string, RefusalSentences> = {
  no_token: {
    verdict: 'they had no token',
    advice: 'Set gateway_authentication of the SMS connection: npm run gateway -- auth0 connect.',
  },
  not_a_jwt: {
    verdict: 'their token is not a JWT signed with HS256',
    advice: 'Check who calls: Auth0 and the Actions sign with HS256.',
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
      'Compare the clocks: npm run gateway -- doctor --only clock. A caller that reuses tokens needs a longer one.',
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

/** Why the tokens of requests were refused. */
export function tokenFault(fault: string): RefusalSentences {
  return (
    TOKEN_FAULTS[fault] ?? {
      verdict: `their token is not valid (${fault.replaceAll('_', ' ')})`,
      advice: 'See detail in the log line request.completed of the ingress.',
    }
  );
}

/** The ingress's answer to a refusal by these screening rules. */
export function problemOf(rules: readonly string[]): { status: 403 | 429; problem: string } {
  if (rules.includes('blocked')) return { status: 403, problem: 'destination_blocked' };
  const all = (prefix: string) => rules.length > 0 && rules.every((rule) => rule.startsWith(prefix));
  if (all('guard_')) return { status: 429, problem: 'pumping_suspected' };
  return { status: 429, problem: all('spend_') ? 'spend_cap_reached' : 'limit_reached' };
}

export function refusalSentences(problem: string, rules: readonly string[]): RefusalSentences {
  const { verdict, advice } = BY_PROBLEM[problem] ?? {
    verdict: `Refused (${problem.replaceAll('_', ' ')}).`,
    advice: 'See the log line request.completed of the ingress.',
  };
  return {
    verdict: rules.length === 0 ? verdict : verdict.replace(/\.$/, ` (${rules.join(', ')}).`),
    advice,
  };
}
