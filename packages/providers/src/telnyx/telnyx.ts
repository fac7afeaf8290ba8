import { isUuid } from '@sms-gateway/contract';
import type { Provider } from '../provider.ts';
import { createRestProvider, type RestProviderOptions } from '../rest-provider.ts';
import { classifyTelnyxAnswer } from './telnyx-errors.ts';

export type TelnyxProviderOptions = RestProviderOptions & {
  apiKey: string;
  /**
   * A number, short code or alphanumeric sender ID of the account (the last only together with its messaging
   * profile), or a messaging profile that picks a number of its pool.
   */
  sender: TelnyxSender;
  /** What verifies delivery receipts; without it none are asked for. */
  publicKey?: string | undefined;
};

type TelnyxSender =
  | { from: string; messagingProfileId?: string | undefined }
  | { messagingProfileId: string };

/**
 * Sends through Telnyx's Messaging API (developers.telnyx.com, Send a message). It has no validity period and no
 * reference of the caller's: a message waits as long as Telnyx lets it. The sender is always the account's: the one
 * that the route chose or else the configured one. Throws if the API key or `apiUrl` cannot be used.
 */
export function createTelnyxProvider({
  apiKey,
  sender: configured,
  publicKey,
  apiUrl = 'https://api.telnyx.com',
  now = Date.now,
  connections,
}: TelnyxProviderOptions): Provider {
  const receipts = publicKey === undefined ? 'none' : 'callback';

  return createRestProvider({
    name: 'telnyx',
    receipts,
    apiUrl,
    now,
    connections,
    path: '/v2/messages',
    credentials: { apiKey },
    authorization: `Bearer ${apiKey}`,
    contentType: 'application/json',
    encode: ({ to, sender, body, receiptUrl, registration }) =>
      JSON.stringify({
        // Telnyx documents no field for India's ids; it knows them by the sender.
        ...registration?.parameters,
        ...senderOf(sender, configured),
        to,
        text: body,
        type: 'SMS',
        ...(receipts === 'callback' &&
          receiptUrl !== undefined && { webhook_url: receiptUrl, use_profile_webhooks: false }),
      }),
    classify: classifyTelnyxAnswer,
  });
}

/**
 * A chosen messaging profile picks a number of its pool. A chosen alphanumeric sender ID needs the configured messaging
 * profile; a chosen number has one of its own.
 */
function senderOf(sender: string | undefined, configured: TelnyxSender) {
  const { messagingProfileId } = configured;
  if (sender === undefined) {
    const from = 'from' in configured ? configured.from : undefined;
    return { from, messaging_profile_id: messagingProfileId };
  }
  if (isUuid(sender)) return { messaging_profile_id: sender };
  return /^\+?\d+$/.test(sender)
    ? { from: sender }
    : { from: sender, messaging_profile_id: messagingProfileId };
}
