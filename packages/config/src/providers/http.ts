import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';
import { requireSetting } from './require-setting.ts';

const HTTP = ['providers', 'http'];

export function httpConfig(
  { url, token }: Read<ProviderSettings['http']>,
  review: Review,
): ProviderConfig | undefined {
  requireSetting(review, [...HTTP, 'url'], 'the provider http needs the URL to post messages to');
  requireSetting(review, [...HTTP, 'token'], 'the provider http needs the bearer token it is called with');
  return url === undefined || token === undefined ? undefined : { kind: 'http', url, token };
}
