import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

const VONAGE = ['providers', 'vonage'];

export function vonageConfig(
  { apiKey, apiSecret, from, signatureSecret, apiUrl }: Read<ProviderSettings['vonage']>,
  review: Review,
): ProviderConfig | undefined {
  requireSetting(review, [...VONAGE, 'apiKey'], 'copy it from the API settings of the Vonage dashboard');
  requireSetting(review, [...VONAGE, 'apiSecret'], 'copy it from the API settings of the Vonage dashboard');
  requireSetting(review, [...VONAGE, 'from'], 'set the sender: a number of the account or a sender ID');
  if (apiKey === undefined || apiSecret === undefined || from === undefined) return undefined;
  return { kind: 'vonage', apiKey, apiSecret, from, signatureSecret, apiUrl };
}
