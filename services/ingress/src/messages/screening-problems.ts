import type { DestinationRule, ReachedRule } from '@sms-gateway/screening';
import { HttpProblem, type ProblemCode } from '../http/problem.ts';

export function destinationRefused(
  rules: readonly DestinationRule[],
  country: string | undefined,
): HttpProblem {
  const where = country === undefined ? '' : ` (${country})`;
  const isOnlyItsType = rules.every((rule) => rule === 'number_type');
  return isOnlyItsType
    ? new HttpProblem(403, 'number_type_not_allowed', `Numbers of this type get no codes${where}.`, { rules })
    : new HttpProblem(403, 'destination_not_allowed', `No codes are sent to this destination${where}.`, {
        rules,
      });
}

export function blocked(name: string): HttpProblem {
  const what = name === '*' ? 'All destinations are' : `The destination ${name} is`;
  return new HttpProblem(403, 'destination_blocked', `${what} blocked by the operator for now.`, {
    rules: ['blocked'],
  });
}

/** Retry-After is the longest of the rules, since the message would be refused again before. */
export function limitReached(reached: readonly ReachedRule[]): HttpProblem {
  const rules = reached.map(({ rule }) => rule);
  const code = codeFor(rules);
  const retryAfterSeconds = Math.ceil(Math.max(...reached.map(({ retryAfterMs }) => retryAfterMs)) / 1000);
  return new HttpProblem(429, code, `${DETAILS[code]} (${rules.join(', ')}).`, {
    rules,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

const DETAILS = {
  limit_reached: 'Too many messages for now',
  spend_cap_reached: 'The daily spend cap is reached',
  pumping_suspected: 'Too many codes were sent that nobody used',
} satisfies Partial<Record<ProblemCode, string>>;

function codeFor(rules: readonly string[]): keyof typeof DETAILS {
  if (rules.every((rule) => rule.startsWith('guard_'))) return 'pumping_suspected';
  if (rules.every((rule) => rule.startsWith('spend_'))) return 'spend_cap_reached';
  return 'limit_reached';
}
