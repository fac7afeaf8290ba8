import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig, TwilioConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

const TWILIO = ['providers', 'twilio'];

export function twilioConfig(
  settings: Read<ProviderSettings['twilio']>,
  review: Review,
): ProviderConfig | undefined {
  const { accountSid, apiUrl } = settings;
  requireSetting(
    review,
    [...TWILIO, 'accountSid'],
    'copy it from the Twilio console (AC and 32 hexadecimal digits)',
  );
  const credentials = twilioCredentials(settings, review);
  const sender = twilioSender(settings, review);
  if (accountSid === undefined || credentials === undefined || sender === undefined) return undefined;
  return { kind: 'twilio', accountSid, credentials, sender, apiUrl };
}

function twilioCredentials(
  { authToken, apiKey, apiSecret }: Read<ProviderSettings['twilio']>,
  review: Review,
): TwilioConfig['credentials'] | undefined {
  const isGiven = (key: string) => review.isGiven([...TWILIO, key]);
  const label = (key: string) => review.label([...TWILIO, key]);
  if (isGiven('apiKey') !== isGiven('apiSecret')) {
    const [given, missing] = isGiven('apiKey') ? ['apiKey', 'apiSecret'] : ['apiSecret', 'apiKey'];
    review.problem([...TWILIO, missing], `not set, though ${label(given)} is; an API key needs both`);
  } else if (!isGiven('apiKey') && !isGiven('authToken')) {
    const apiKeyPair = `${label('apiKey')} and ${label('apiSecret')}`;
    review.problem([...TWILIO, 'authToken'], `not set; set it, or ${apiKeyPair} in its place`);
  }
  if (apiKey !== undefined && apiSecret !== undefined)
    return { kind: 'api_key', apiKey, apiSecret, authToken };
  return authToken === undefined ? undefined : { kind: 'auth_token', authToken };
}

function twilioSender(
  { from, messagingServiceSid }: Read<ProviderSettings['twilio']>,
  review: Review,
): TwilioConfig['sender'] | undefined {
  const hasFrom = review.isGiven([...TWILIO, 'from']);
  const hasService = review.isGiven([...TWILIO, 'messagingServiceSid']);
  const serviceLabel = review.label([...TWILIO, 'messagingServiceSid']);
  if (hasFrom && hasService) {
    review.problem([...TWILIO, 'from'], `contradicts ${serviceLabel}; remove one of them`);
  } else if (!hasFrom && !hasService) {
    review.problem([...TWILIO, 'from'], `not set; set the sender, or ${serviceLabel} in its place`);
  }
  if (from !== undefined) return { kind: 'from', from };
  return messagingServiceSid === undefined ? undefined : { kind: 'messaging_service', messagingServiceSid };
}
