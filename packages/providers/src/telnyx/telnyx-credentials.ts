import { createCredentialsCheck, type CredentialsCheck } from '../credentials-check.ts';
import type { TelnyxProviderOptions } from './telnyx.ts';

/**
 * The account's balance, which Telnyx's guide to a first request uses as the check of authentication: 401 for a wrong
 * key, 403 for one that may not read it (developers.telnyx.com, API fundamentals).
 */
export function telnyxCredentials({
  apiKey,
  apiUrl = 'https://api.telnyx.com',
}: Pick<TelnyxProviderOptions, 'apiKey' | 'apiUrl'>): CredentialsCheck {
  return createCredentialsCheck({
    proves: 'API key',
    apiUrl,
    path: '/v2/balance',
    authorization: `Bearer ${apiKey}`,
  });
}
