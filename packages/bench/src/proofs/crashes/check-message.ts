import type { Trace } from '@sms-gateway/delivery';

/**
 * What is wrong with the way of one message that was answered 200, given the trace when it first had its outcome, the
 * trace at the end, and the providers' own record of the requests for it. The providers are those that fail in every
 * way but never reject.
 */
export function violationsOf(first: Trace, last: Trace | undefined, requests: string[]): string[] {
  if (last === undefined) return [`${first.id}: its trace is gone`];
  const { id, attempts, outcome, outcomeAt, reason } = last;
  const unknown = attempts.filter(({ result }) => result === 'unknown').length;
  const isDelivered = attempts.some(({ receipt }) => receipt?.status === 'delivered');
  const isTaken = attempts.some(({ result, receipt }) => result === 'accepted' || receipt !== undefined);
  const arrived = attempts.filter(
    ({ result, receipt }) =>
      (result === 'accepted' && !receipt?.isCurable) || receipt?.status === 'delivered',
  ).length;

  const checks: [isViolated: boolean, rule: string][] = [
    [outcome !== first.outcome || outcomeAt !== first.outcomeAt, 'has one outcome, which nothing changes'],
    [attempts.some(({ result }) => result === undefined), 'has no attempt that was never concluded'],
    // Three unknown outcomes are the one way to fail with these providers.
    [outcome === 'failed' && unknown < 3, 'fails only after three unknown outcomes'],
    // A worker that was frozen in its call may conclude what another has taken for unknown meanwhile.
    [outcome !== 'failed' && !isTaken && unknown === 0, 'is sent only where a provider took it, or may have'],
    [
      outcome === 'sent' && attempts.at(-1)?.receipt?.isCurable === true && !isDelivered,
      'goes on to the other provider when it could not be delivered',
    ],
    [arrived > 1 + unknown, 'goes out twice only where an attempt is unknown or known not to have arrived'],
    ...['twilio', 'http'].flatMap((provider): [boolean, string][] => {
      const here = attempts.filter((attempt) => attempt.provider === provider);
      const asked = requests.filter((name) => name === provider).length;
      const certain = here.filter(({ result }) => result !== 'unknown').length;
      // An unknown attempt may have reached the provider or not; every other one has, once.
      return [[asked < certain || asked > here.length, `agrees with the record of ${provider} (${asked})`]];
    }),
  ];
  const way = attempts
    .map(({ provider, result, receipt }) => `${provider} ${result} ${receipt?.status ?? ''}`.trim())
    .join(', ');
  return checks
    .filter(([isViolated]) => isViolated)
    .map(([, rule]) => `${id} breaks "${rule}": ${way} → ${outcome} (${reason})`);
}
