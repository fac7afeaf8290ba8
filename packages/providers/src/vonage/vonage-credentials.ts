import { createCredentialsCheck, type CredentialsCheck } from '../credentials-check.ts';
import { basicAuthorization } from '../rest-provider.ts';
import type { VonageProviderOptions } from './vonage.ts';

/** The account's balance (developer.vonage.com, Account API, Get your current account balance). */
export function vonageCredentials({
  apiKey,
  apiSecret,
  apiUrl = 'https://rest.nexmo.com',
}: Pick<VonageProviderOptions, 'apiKey' | 'apiSecret' | 'apiUrl'>): CredentialsCheck {
  return createCredentialsCheck({
    proves: 'API secret',
    apiUrl,
    path: '/account/get-balance',
    authorization: basicAuthorization(apiKey, apiSecret),
  });
}
