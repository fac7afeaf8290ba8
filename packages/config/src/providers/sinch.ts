import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

const SINCH = ['providers', 'sinch'];

export function sinchConfig(
  { servicePlanId, apiToken, region, from, apiUrl }: Read<ProviderSettings['sinch']>,
  review: Review,
): ProviderConfig | undefined {
  requireSetting(review, [...SINCH, 'servicePlanId'], 'copy it from the Sinch dashboard, under SMS, APIs');
  requireSetting(review, [...SINCH, 'apiToken'], 'copy it from the Sinch dashboard, under SMS, APIs');
  requireSetting(review, [...SINCH, 'from'], 'set the sender: a number of the service plan or a sender ID');
  if (servicePlanId === undefined || apiToken === undefined) return undefined;
  if (region === undefined || from === undefined) return undefined;
  return { kind: 'sinch', servicePlanId, apiToken, region, from, apiUrl };
}
