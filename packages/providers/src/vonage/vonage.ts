import type { Provider } from '../provider.ts';
import { basicAuthorization, createRestProvider, type RestProviderOptions } from '../rest-provider.ts';
import { isGsm7 } from './gsm-7.ts';
import { classifyVonageAnswer } from './vonage-errors.ts';

export type VonageProviderOptions = RestProviderOptions & {
  apiKey: string;
  apiSecret: string;
  /** A number of the account or an alphanumeric sender ID. */
  from: string;
};

const MIN_TTL_MS = 20_000;
const MAX_TTL_MS = 604_800_000;
const MAX_REFERENCE_LENGTH = 40;

/**
 * Sends through Vonage's SMS API: a form with Basic authentication (developer.vonage.com, Send an SMS), fields and
 * ranges by Nexmo/api-specification, definitions/sms.yml. The sender is always the account's. A validity of less
 * than 20 s is raised to the 20 s that are the least `ttl` may say: left out it would be 72 h. Throws if a
 * credential or `apiUrl` cannot be used.
 */
export function createVonageProvider({
  apiKey,
  apiSecret,
  from,
  apiUrl = 'https://rest.nexmo.com',
  now = Date.now,
  connections,
}: VonageProviderOptions): Provider {
  const sender = from.replace(/^\+/, '');

  return createRestProvider({
    name: 'vonage',
    apiUrl,
    now,
    connections,
    path: '/sms/json',
    credentials: { apiKey, apiSecret },
    authorization: basicAuthorization(apiKey, apiSecret),
    contentType: 'application/x-www-form-urlencoded',
    encode: ({ id, to, body, validitySeconds }) =>
      new URLSearchParams({
        from: sender,
        to: to.replace(/^\+/, ''),
        text: body,
        type: isGsm7(body) ? 'text' : 'unicode',
        ttl: String(Math.min(Math.max(Math.trunc(validitySeconds) * 1000, MIN_TTL_MS), MAX_TTL_MS)),
        ...(id.length <= MAX_REFERENCE_LENGTH && { 'client-ref': id }),
      }).toString(),
    classify: classifyVonageAnswer,
  });
}
