import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig, TelnyxConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

const TELNYX = ['providers', 'telnyx'];

export function telnyxConfig(
  settings: Read<ProviderSettings['telnyx']>,
  review: Review,
): ProviderConfig | undefined {
  const { apiKey, publicKey, apiUrl } = settings;
  requireSetting(review, [...TELNYX, 'apiKey'], 'make one in the Telnyx portal, under API Keys');
  const sender = telnyxSender(settings, review);
  return apiKey === undefined || sender === undefined
    ? undefined
    : { kind: 'telnyx', apiKey, sender, publicKey, apiUrl };
}

function telnyxSender(
  { from, messagingProfileId }: Read<ProviderSettings['telnyx']>,
  review: Review,
): TelnyxConfig['sender'] | undefined {
  const hasProfile = review.isGiven([...TELNYX, 'messagingProfileId']);
  const profileLabel = review.label([...TELNYX, 'messagingProfileId']);
  if (!hasProfile) {
    requireSetting(review, [...TELNYX, 'from'], `set the sender, or ${profileLabel} in its place`);
  }
  if (from === undefined) {
    return messagingProfileId === undefined ? undefined : { kind: 'number_pool', messagingProfileId };
  }
  if (/[A-Za-z]/.test(from) && !hasProfile) {
    review.problem(
      [...TELNYX, 'messagingProfileId'],
      `not set, though ${review.label([...TELNYX, 'from'])} is a sender ID of letters; Telnyx needs its messaging profile`,
    );
  }
  return { kind: 'from', from, messagingProfileId };
}
