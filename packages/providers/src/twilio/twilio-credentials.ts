import { createCredentialsCheck, type CredentialsCheck } from '../credentials-check.ts';
import { parseJsonObject } from '../json-object.ts';
import { basicAuthorization } from '../rest-provider.ts';
import type { TwilioProviderOptions } from './twilio.ts';

/** "Authorization Failed": also of a restricted API key without the permission (twilio.com/docs/api/errors/70051). */
const AUTHORIZATION_FAILED = 70_051;

/**
 * The auth token is proved by the account itself. An API key may not read that, unless it is a main one
 * (twilio.com/docs/iam/api-keys): so by the messages of a day that has none. With an API key the auth token verifies
 * delivery receipts, and is a check of its own.
 */
export function twilioCredentials({
  accountSid,
  credentials,
  apiUrl = 'https://api.twilio.com',
}: Pick<TwilioProviderOptions, 'accountSid' | 'credentials' | 'apiUrl'>): CredentialsCheck[] {
  const account = `/2010-04-01/Accounts/${encodeURIComponent(accountSid)}`;
  const { authToken } = credentials;
  const checks: CredentialsCheck[] = [];
  if ('apiKey' in credentials) {
    checks.push(
      createCredentialsCheck({
        proves: 'API key',
        apiUrl,
        path: `${account}/Messages.json?PageSize=1&DateSent=2000-01-01`,
        authorization: basicAuthorization(credentials.apiKey, credentials.apiSecret),
        refusals: [401, 404],
        isLimited: (body) => parseJsonObject(body)?.['code'] === AUTHORIZATION_FAILED,
      }),
    );
  }
  if (authToken !== undefined) {
    checks.push(
      createCredentialsCheck({
        proves: 'auth token',
        apiUrl,
        path: `${account}.json`,
        authorization: basicAuthorization(accountSid, authToken),
        refusals: [401, 403, 404],
      }),
    );
  }
  return checks;
}
