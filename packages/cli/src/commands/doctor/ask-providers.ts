import type { ProviderConfig, ProviderName } from '@sms-gateway/config';
import { type CredentialsAnswer, credentialsQuestion, type ProviderDescriptor } from '@sms-gateway/providers';

export type ProviderAnswer = { provider: ProviderName } & (
  | {
      /** The credentials that were checked, such as `auth token`. */
      proves: string;
      /** Where they are set. */
      settings: string;
      answer: CredentialsAnswer;
      /** How far the provider's clock is ahead of this machine's, give or take a second. */
      skewMs: number | undefined;
    }
  /** The provider has no harmless call, for this reason. */
  | { unchecked: string }
);

const TIMEOUT_MS = 10_000;

/** Asks all providers in parallel whether they accept the credentials. Sends no message. */
export async function askProviders(
  providers: readonly ProviderConfig[],
  kinds: readonly ProviderDescriptor[],
  now: () => number,
): Promise<ProviderAnswer[]> {
  const answers = await Promise.all(
    providers.map(async (config): Promise<ProviderAnswer[]> => {
      const provider = config.name;
      const question = await credentialsQuestion(config, kinds);
      if ('unchecked' in question) return [{ provider, unchecked: question.unchecked }];
      const { checks, settings } = question;
      return Promise.all(
        checks.map(async (check) => {
          const { proves } = check;
          const answer = await check.ask(AbortSignal.timeout(TIMEOUT_MS));
          const skewMs = answer.serverTimeMs === undefined ? undefined : answer.serverTimeMs - now();
          return { provider, proves, settings, answer, skewMs };
        }),
      );
    }),
  );
  return answers.flat();
}
