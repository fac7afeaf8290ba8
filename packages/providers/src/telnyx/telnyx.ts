import type { Provider } from '../provider.ts';
import { createRestProvider, type RestProviderOptions } from '../rest-provider.ts';
import { classifyTelnyxAnswer } from './telnyx-errors.ts';

export type TelnyxProviderOptions = RestProviderOptions & {
  apiKey: string;
  /**
   * A number, short code or alphanumeric sender ID of the account (the last only together with its messaging
   * profile), or a messaging profile that picks a number of its pool.
   */
  sender: { from: string; messagingProfileId?: string | undefined } | { messagingProfileId: string };
};

/**
 * Sends through Telnyx's Messaging API (developers.telnyx.com, Send a message). It has no validity period and no
 * reference of the caller's: a message waits as long as Telnyx lets it. The sender is always the account's. Throws
 * if the API key or `apiUrl` cannot be used.
 */
export function createTelnyxProvider({
  apiKey,
  sender,
  apiUrl = 'https://api.telnyx.com',
  now = Date.now,
  connections,
}: TelnyxProviderOptions): Provider {
  const from = 'from' in sender ? sender.from : undefined;

  return createRestProvider({
    name: 'telnyx',
    apiUrl,
    now,
    connections,
    path: '/v2/messages',
    credentials: { apiKey },
    authorization: `Bearer ${apiKey}`,
    contentType: 'application/json',
    encode: ({ to, body }) =>
      JSON.stringify({ from, messaging_profile_id: sender.messagingProfileId, to, text: body, type: 'SMS' }),
    classify: classifyTelnyxAnswer,
  });
}
