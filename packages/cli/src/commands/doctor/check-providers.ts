import type { ProviderName } from '@sms-gateway/config';
import type { ProviderAnswer } from './ask-providers.ts';
import type { Facts } from './facts.ts';
import { failed, type Finding, ok, skipped, warning } from './finding.ts';

/** Where a provider's credentials are set. */
const SETTINGS: Record<ProviderName, string> = {
  aws: 'the AWS credentials of this process (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role) and AWS_REGION',
  console: '',
  http: '',
  infobip: 'INFOBIP_BASE_URL and INFOBIP_API_KEY',
  plivo: 'PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN',
  simulator: '',
  sinch: 'SINCH_SERVICE_PLAN_ID, SINCH_API_TOKEN and SINCH_REGION',
  smpp: 'SMPP_SYSTEM_ID, SMPP_PASSWORD and SMPP_SYSTEM_TYPE',
  telnyx: 'TELNYX_API_KEY',
  twilio: 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY and TWILIO_API_SECRET)',
  vonage: 'VONAGE_API_KEY and VONAGE_API_SECRET',
};

const UNCHECKED: Partial<Record<ProviderName, string>> = {
  console: 'prints messages and needs no credentials',
  http: 'not checked: there is no call to an API of your own that is known to be harmless',
  simulator: 'only pretends to send, and needs no credentials',
};

/** Whether the providers know our credentials, where they can be asked without sending anything. */
export async function checkProviders(facts: Pick<Facts, 'worker' | 'providers'>): Promise<Finding[]> {
  if (facts.worker.kind !== 'loaded') return [skipped('the configuration of the worker cannot be used')];
  return (await facts.providers()).map(findingOf);
}

export function findingOf({ provider, proves = '', answer }: ProviderAnswer): Finding {
  if (answer === undefined) return skipped(`${provider} ${UNCHECKED[provider] ?? 'not checked'}`);
  const { kind, code } = answer;
  switch (kind) {
    case 'accepted':
      return ok(`${provider} knows the ${proves}`);
    case 'refused':
      return failed(`${provider} refuses the ${proves} (${code})`, `Correct ${SETTINGS[provider]}.`);
    case 'not_allowed':
      return warning(
        `${provider} does not let the ${proves} be checked (${code})`,
        `They may be limited to sending. If messages fail as well, correct ${SETTINGS[provider]}.`,
      );
    case 'unanswered':
      return warning(
        `${provider} cannot be asked about the ${proves} (${code})`,
        'See whether this network lets calls to it out, whether its address is right, and its status page; then run this again.',
      );
  }
}
