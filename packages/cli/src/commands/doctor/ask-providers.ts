import {
  type CredentialsAnswer,
  type CredentialsCheck,
  infobipCredentials,
  plivoCredentials,
  sinchCredentials,
  smppCredentials,
  telnyxCredentials,
  twilioCredentials,
  vonageCredentials,
} from '@sms-gateway/providers/credentials';
import type { ProviderConfig, ProviderName } from '@sms-gateway/config';

/** `answer` is undefined where the provider has no harmless call. */
export type ProviderAnswer = {
  provider: ProviderName;
  /** Which credentials it is about, such as `auth token`. */
  proves: string | undefined;
  answer: CredentialsAnswer | undefined;
  /** How far the provider's clock is ahead of this machine's, give or take a second. */
  skewMs: number | undefined;
};

const TIMEOUT_MS = 10_000;

/** Asks all providers at once whether they know our credentials. Nothing is sent. */
export async function askProviders(
  providers: readonly ProviderConfig[],
  now: () => number,
): Promise<ProviderAnswer[]> {
  const answers = await Promise.all(
    providers.map(async (provider): Promise<ProviderAnswer[]> => {
      const checks = await checksOf(provider);
      if (checks.length === 0) {
        return [{ provider: provider.kind, proves: undefined, answer: undefined, skewMs: undefined }];
      }
      return Promise.all(
        checks.map(async (check) => {
          const answer = await check.ask(AbortSignal.timeout(TIMEOUT_MS));
          const skewMs = answer.serverTimeMs === undefined ? undefined : answer.serverTimeMs - now();
          return { provider: provider.kind, proves: check.proves, answer, skewMs };
        }),
      );
    }),
  );
  return answers.flat();
}

async function checksOf(provider: ProviderConfig): Promise<CredentialsCheck[]> {
  switch (provider.kind) {
    case 'aws': {
      // The SDK takes 18 MB and 70 ms, which nobody should pay who does not use it.
      const { awsCredentials } = await import('@sms-gateway/providers/aws-credentials');
      return [awsCredentials(provider)];
    }
    case 'infobip':
      return [infobipCredentials(provider)];
    case 'plivo':
      return [plivoCredentials(provider)];
    case 'sinch':
      return [sinchCredentials(provider)];
    case 'smpp':
      return [smppCredentials(provider)];
    case 'telnyx':
      return [telnyxCredentials(provider)];
    case 'twilio':
      return twilioCredentials(provider);
    case 'vonage':
      return [vonageCredentials(provider)];
    case 'console':
    case 'http':
    case 'simulator':
      return [];
  }
}
