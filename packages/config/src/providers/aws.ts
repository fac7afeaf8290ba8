import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

export function awsConfig(
  { region, originationIdentity, configurationSet, apiUrl }: Read<ProviderSettings['aws']>,
  review: Review,
): ProviderConfig | undefined {
  requireSetting(
    review,
    ['providers', 'aws', 'region'],
    'set the region whose numbers and sender IDs are used',
  );
  if (region === undefined) return undefined;
  return { kind: 'aws', region, originationIdentity, configurationSet, apiUrl };
}
