import type { Provider } from '../provider.ts';
import { createRestProvider, type RestProviderOptions } from '../rest-provider.ts';
import { classifySinchAnswer } from './sinch-errors.ts';
import { sinchLookup } from './sinch-lookup.ts';
import { sinchApiUrl, type SinchRegion } from './sinch-regions.ts';

export type SinchProviderOptions = RestProviderOptions & {
  servicePlanId: string;
  apiToken: string;
  /** Where the service plan was made. */
  region: SinchRegion;
  /** A number, short code or alphanumeric sender ID of the service plan. */
  from: string;
};

const MAX_VALIDITY_SECONDS = 3 * 24 * 3600;

/**
 * Sends a batch of one through Sinch's SMS API (developers.sinch.com, Batches), with our message id as
 * `client_reference`. Sinch takes a point in time, so the validity depends on this machine's clock. The sender is
 * always the account's: the one that the route chose or else the configured one. Throws if a credential or `apiUrl`
 * cannot be used.
 */
export function createSinchProvider({
  servicePlanId,
  apiToken,
  region,
  from,
  apiUrl = sinchApiUrl(region),
  now = Date.now,
  connections,
}: SinchProviderOptions): Provider {
  return createRestProvider({
    name: 'sinch',
    receipts: 'callback',
    apiUrl,
    now,
    connections,
    path: `/xms/v1/${encodeURIComponent(servicePlanId)}/batches`,
    credentials: { servicePlanId, apiToken },
    authorization: `Bearer ${apiToken}`,
    contentType: 'application/json',
    encode: ({ id, to, sender = from, body, validitySeconds, receiptUrl, registration }, nowMs) => {
      const validSeconds = Math.min(Math.max(Math.trunc(validitySeconds), 1), MAX_VALIDITY_SECONDS);
      return JSON.stringify({
        // Sinch documents no field for India's ids; it knows them by the sender.
        ...registration?.parameters,
        type: 'mt_text',
        from: sender,
        to: [to],
        body,
        expire_at: new Date(nowMs + validSeconds * 1000).toISOString(),
        client_reference: id,
        ...(receiptUrl !== undefined && { callback_url: receiptUrl, delivery_report: 'per_recipient' }),
      });
    },
    classify: classifySinchAnswer,
    lookup: sinchLookup(servicePlanId),
  });
}
