/** What a refused request comes to, in words, by the problem that the caller was told. */
export type RefusalSentences = { verdict: string; advice: string };

const RETRY = 'Nothing was queued; a caller that tries again gets it through once this is over.';

const BY_PROBLEM: Record<string, RefusalSentences> = {
  unauthenticated: {
    verdict:
      'A request was refused because its token is not valid; its number is not known, so it may have been this one.',
    advice:
      'Compare secret and audience at Auth0 with AUTH0_SECRET and AUTH0_AUDIENCE: npm run gateway -- doctor --only tenant,secrets.',
  },
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
  limit_reached: {
    verdict: 'Refused: a limit was reached.',
    advice:
      'npm run gateway -- explain NUMBER shows which and for how long; the user can wait, or raise the limit.',
  },
  spend_cap_reached: {
    verdict: 'Refused: the day has cost what it may cost.',
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
      'The log line request.completed of the ingress has the field in detail; compare with docs/http-api.md.',
  },
  malformed_request: {
    verdict:
      'A request was refused because its body is not JSON; its number is not known, so it may have been this one.',
    advice: 'Look at who calls: Auth0 and the Actions send JSON.',
  },
  internal_error: {
    verdict: 'Refused: something went wrong in the ingress.',
    advice: 'Look for request.failed in the log of the ingress at that time, and report it.',
  },
};

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
