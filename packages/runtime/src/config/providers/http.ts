import type { Read } from '../read-settings.ts';
import type { Review } from '../review.ts';
import type { ProviderConfig } from '../schema.ts';
import type { ProviderSettings } from '../settings.ts';

const HTTP = ['providers', 'http'];

export function httpConfig(
  { url, token }: Read<ProviderSettings['http']>,
  review: Review,
): ProviderConfig | undefined {
  if (!review.isGiven([...HTTP, 'url'])) {
    review.problem([...HTTP, 'url'], 'not set; the provider http needs the URL to post messages to');
  }
  if (!review.isGiven([...HTTP, 'token'])) {
    review.problem([...HTTP, 'token'], 'not set; the provider http needs the bearer token it is called with');
  }
  return url === undefined || token === undefined ? undefined : { kind: 'http', url, token };
}
