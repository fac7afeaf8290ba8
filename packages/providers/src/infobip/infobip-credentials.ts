import { createCredentialsCheck, type CredentialsCheck } from '../credentials-check.ts';
import type { InfobipProviderOptions } from './infobip.ts';

/** The account's balance (dev.infobip.com/settings/account-balance). An API key for SMS alone may not read it. */
export function infobipCredentials({
  baseUrl,
  apiKey,
}: Pick<InfobipProviderOptions, 'baseUrl' | 'apiKey'>): CredentialsCheck {
  return createCredentialsCheck({
    proves: 'API key',
    apiUrl: baseUrl,
    path: '/account/1/balance',
    authorization: `App ${apiKey}`,
  });
}
