import { describeText, type Registration } from '@sms-gateway/contract';
import type { Provider } from '../provider.ts';
import { basicAuthorization, createRestProvider, type RestProviderOptions } from '../rest-provider.ts';
import { classifyVonageAnswer } from './vonage-errors.ts';

export type VonageProviderOptions = RestProviderOptions & {
  apiKey: string;
  apiSecret: string;
  /** A number of the account or an alphanumeric sender ID. */
  from: string;
  /** What verifies delivery receipts; without it none are asked for. */
  signatureSecret?: string | undefined;
};

const MIN_TTL_MS = 20_000;
const MAX_TTL_MS = 604_800_000;
const MAX_REFERENCE_LENGTH = 40;

/**
 * Sends through Vonage's SMS API: a form with Basic authentication (developer.vonage.com, Send an SMS), fields and
 * ranges by Nexmo/api-specification, definitions/sms.yml. The sender is always the account's: the one that
 * the route chose or else the configured one. A validity of less
 * than 20 s is raised to the 20 s that are the least `ttl` may say: left out it would be 72 h. Throws if a
 * credential or `apiUrl` cannot be used.
 */
export function createVonageProvider({
  apiKey,
  apiSecret,
  from,
  signatureSecret,
  apiUrl = 'https://rest.nexmo.com',
  now = Date.now,
  connections,
}: VonageProviderOptions): Provider {
  const receipts = signatureSecret === undefined ? 'none' : 'callback';

  return createRestProvider({
    name: 'vonage',
    receipts,
    apiUrl,
    now,
    connections,
    path: '/sms/json',
    credentials: { apiKey, apiSecret },
    authorization: basicAuthorization(apiKey, apiSecret),
    contentType: 'application/x-www-form-urlencoded',
    encode: ({ id, to, sender = from, body, validitySeconds, receiptUrl, registration }) =>
      new URLSearchParams({
        ...registered(registration),
        from: sender.replace(/^\+/, ''),
        to: to.replace(/^\+/, ''),
        text: body,
        type: describeText(body).encoding === 'GSM-7' ? 'text' : 'unicode',
        ttl: String(Math.min(Math.max(Math.trunc(validitySeconds) * 1000, MIN_TTL_MS), MAX_TTL_MS)),
        ...(id.length <= MAX_REFERENCE_LENGTH && { 'client-ref': id }),
        ...(receipts === 'callback' && receiptUrl !== undefined && { callback: receiptUrl }),
      }).toString(),
    classify: classifyVonageAnswer,
  });
}

/** India's ids, `entity-id` and `content-id` (developer.vonage.com, SMS API), and other fields of the API. */
function registered(registration: Registration | undefined): Record<string, string> {
  if (registration === undefined) return {};
  const { country, entityId, templateId, parameters } = registration;
  return {
    ...Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
    ...(country === 'IN' && entityId !== undefined && { 'entity-id': entityId }),
    ...(country === 'IN' && templateId !== undefined && { 'content-id': templateId }),
  };
}
