import type { ProviderAnswer } from './ask-providers.ts';
import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

/** Whether the providers accept the credentials, as far as that can be checked without sending anything. */
export async function checkProviders(facts: Pick<Facts, 'worker' | 'providers'>): Promise<Finding[]> {
  if (facts.worker.kind !== 'loaded') return [skipped('the configuration of the worker cannot be used')];
  return (await facts.providers()).map(findingOf);
}

export function findingOf(asked: ProviderAnswer): Finding {
  const { provider } = asked;
  if ('unchecked' in asked) return skipped(`${provider} ${asked.unchecked}`);
  const { proves, settings, answer } = asked;
  const { kind, code } = answer;
  switch (kind) {
    case 'accepted':
      return ok(`${provider} accepts the ${proves}`);
    case 'refused':
      return failed(`${provider} refuses the ${proves} (${code})`, `Correct ${settings}.`);
    case 'not_allowed':
      return warning(
        `${provider} does not allow the ${proves} to be checked (${code})`,
        `They may be limited to sending. If messages fail as well, correct ${settings}.`,
      );
    case 'unanswered':
      return warning(
        `${provider} did not answer about the ${proves} (${code})`,
        "Check that this network allows calls to it, that its URL is right, and the provider's status page; then run this again.",
      );
  }
}
