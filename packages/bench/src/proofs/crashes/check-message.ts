import type { Trace } from '@sms-gateway/delivery';
import type { ProviderRequest } from './flaky-providers.ts';

/** A message that was answered 200, as all who had a part in it tell of it. */
export type MessageAccount = {
  /** When it first had its outcome. */
  first: Trace;
  /** At the end of the episode. */
  last: Trace;
  /** The lease of a worker that wrote the outcome, and those that began the attempts, in order. */
  outcomeHolder: string | undefined;
  holders: readonly (string | undefined)[];
  /** The recipient and text that were posted. */
  posted: { to: string; text: string };
  /** The providers' own record, in order. */
  requests: readonly ProviderRequest[];
};

/** By how a code that went out more than once is accounted for. */
export type Copies = 'none' | 'after_unknown' | 'after_undelivered' | 'unaccounted';

/** What is wrong with the way of one message. The providers are those that fail in every way but never reject. */
export function violationsOf(account: MessageAccount): string[] {
  const { first, last, posted, requests } = account;
  const { id, attempts, outcome, outcomeAt = 0, reason, deadline } = last;
  const unknown = attempts.filter(({ result }) => result === 'unknown').length;
  const isDelivered = attempts.some(({ receipt }) => receipt?.status === 'delivered');
  const isTaken = attempts.some(({ result, receipt }) => result === 'accepted' || receipt !== undefined);
  const isByTheGivenUp = isConcludedByTheGivenUp(account);

  const checks: [isViolated: boolean, rule: string][] = [
    [outcome !== first.outcome || outcomeAt !== first.outcomeAt, 'has one outcome, which nothing changes'],
    [outcome === 'superseded', 'is not superseded: every recipient gets one code'],
    [outcome === 'expired' && outcomeAt < deadline, 'expires only at its deadline'],
    [attempts.some(({ result }) => result === undefined), 'has no attempt that was never concluded'],
    // Three unknown outcomes are the one way to fail with these providers.
    [outcome === 'failed' && unknown < 3, 'fails only after three unknown outcomes'],
    [outcome === 'sent' && !isTaken && !isByTheGivenUp, 'is sent only where a provider took it'],
    [
      outcome === 'sent' &&
        attempts.at(-1)?.receipt?.isCurable === true &&
        !isDelivered &&
        // That one took it as well, and the payload went with the outcome.
        !isByTheGivenUp,
      'goes on to the other provider when it could not be delivered',
    ],
    [
      attempts.slice(0, -1).some(({ result, receipt }) => result === 'accepted' && !receipt?.isCurable),
      'is not sent again after it was taken, unless it did not arrive',
    ],
    [copiesOf(account) === 'unaccounted', 'goes out twice only where an attempt is known as unknown'],
    [
      requests.some(({ to, text }) => to !== posted.to || text !== posted.text),
      'goes to its own recipient with its own text',
    ],
    ...['twilio', 'http'].map((provider): [boolean, string] => {
      const record = recordOf(account, provider);
      return [!record.agrees, `agrees with the record of ${provider} (${record.answers})`];
    }),
  ];
  const way = attempts
    .map(({ provider, result, receipt }) => `${provider} ${result} ${receipt?.status ?? ''}`.trim())
    .join(', ');
  return checks
    .filter(([isViolated]) => isViolated)
    .map(([, rule]) => `${id} breaks "${rule}": ${way} → ${outcome} (${reason})`);
}

/**
 * The one way to be sent by an attempt that stays unknown: its worker was given up for dead during the call, another
 * one stored the attempt as never concluded, and then the first came back with the provider's word and wrote the outcome.
 */
function isConcludedByTheGivenUp({ last, outcomeHolder, holders, requests }: MessageAccount): boolean {
  const { attempts, reason } = last;
  return attempts.some(
    ({ provider, result, code }, index) =>
      reason === 'accepted' &&
      result === 'unknown' &&
      code === 'never_concluded' &&
      outcomeHolder !== undefined &&
      holders[index] === outcomeHolder &&
      requests.some((request) => request.provider === provider && request.answer === 'accepted'),
  );
}

/** A code goes out with each request that its provider takes. */
export function copiesOf({ last, requests }: Pick<MessageAccount, 'last' | 'requests'>): Copies {
  const copies = requests.filter(({ isTaken }) => isTaken).length;
  if (copies < 2) return 'none';
  const undelivered = last.attempts.filter(({ receipt }) => receipt?.isCurable === true);
  if (copies <= 1 + undelivered.length) return 'after_undelivered';
  const excused = last.attempts.filter(
    ({ result, receipt }) => result === 'unknown' || receipt?.isCurable === true,
  );
  return copies <= 1 + excused.length ? 'after_unknown' : 'unaccounted';
}

/** Reasons of attempts that never reached a provider. */
const NOT_REACHED = /^(deadline_before_call|connect_|dns_)/;

/** Whether what the trace says of one provider is what it did. An unknown attempt may have reached it, or not. */
function recordOf({ last, requests }: MessageAccount, provider: string) {
  const attempts = last.attempts.filter((attempt) => attempt.provider === provider);
  const record = requests.filter((request) => request.provider === provider);
  const certain = attempts.filter(
    ({ result, code }) => result !== 'unknown' && !NOT_REACHED.test(code ?? ''),
  );
  const answered = (answer: ProviderRequest['answer']) => record.filter((one) => one.answer === answer);
  const taken = certain.filter(({ result }) => result === 'accepted');
  const ids = new Set(answered('accepted').map(({ messageSid }) => messageSid));
  return {
    answers: record.map(({ answer }) => answer).join(', '),
    agrees:
      certain.length <= record.length &&
      record.length <= attempts.length &&
      taken.length <= answered('accepted').length &&
      taken.every(({ providerMessageId }) => providerMessageId === undefined || ids.has(providerMessageId)) &&
      certain.filter(({ code }) => code?.endsWith('_503')).length <= answered('unavailable').length,
  };
}
