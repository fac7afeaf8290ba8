import { createCredentialsCheck, type CredentialsCheck } from '../credentials-check.ts';
import { basicAuthorization } from '../rest-provider.ts';
import type { PlivoProviderOptions } from './plivo.ts';

/** The account itself (plivo.com, Account API, Retrieve account details). */
export function plivoCredentials({
  authId,
  authToken,
  apiUrl = 'https://api.plivo.com',
}: Pick<PlivoProviderOptions, 'authId' | 'authToken' | 'apiUrl'>): CredentialsCheck {
  return createCredentialsCheck({
    proves: 'auth token',
    apiUrl,
    path: `/v1/Account/${encodeURIComponent(authId)}/`,
    authorization: basicAuthorization(authId, authToken),
    refusals: [401, 404],
  });
}
