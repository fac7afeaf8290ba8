import { createCredentialsCheck, type CredentialsCheck } from '../credentials-check.ts';
import type { SinchProviderOptions } from './sinch.ts';
import { sinchApiUrl } from './sinch-regions.ts';

/**
 * Lists batches, of which none has this reference (developers.sinch.com, Batches, List batches): the same resource that
 * messages are posted to, in the same region.
 */
export function sinchCredentials({
  servicePlanId,
  apiToken,
  region,
  apiUrl = sinchApiUrl(region),
}: Pick<SinchProviderOptions, 'servicePlanId' | 'apiToken' | 'region' | 'apiUrl'>): CredentialsCheck {
  return createCredentialsCheck({
    proves: 'API token',
    apiUrl,
    path: `/xms/v1/${encodeURIComponent(servicePlanId)}/batches?page_size=1&client_reference=credentials-check`,
    authorization: `Bearer ${apiToken}`,
    refusals: [401, 403, 404],
  });
}
