import { MESSAGING_SERVICE_SID } from '@sms-gateway/contract';
import twilio from 'twilio';
import { createHttpClient } from '../http-client.ts';
import { withoutRepetition } from '../message-id.ts';
import type { Provider, SendRequest } from '../provider.ts';
import { unansweredResult } from '../unanswered.ts';
import { classifyTwilioAnswer } from './twilio-errors.ts';
import { createTwilioCall } from './twilio-http-client.ts';

type TwilioSender = { from: string } | { messagingServiceSid: string };

export type TwilioProviderOptions = {
  accountSid: string;
  /** With an API key, the auth token is what verifies delivery receipts; without it none are asked for. */
  credentials: { authToken: string } | { apiKey: string; apiSecret: string; authToken?: string | undefined };
  /** A number, short code or sender ID of the account, or a Messaging Service that picks one. */
  sender: TwilioSender;
  /** Base URL of the API, path included if a proxy has one. */
  apiUrl?: string | undefined;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Sockets at most, so messages in flight at most. */
  connections?: number;
};

// The Message resource documents up to 36 000 s, the page of error 21624 still up to 14 400 s.
const MAX_VALIDITY_SECONDS = 14_400;

/**
 * Sends through Twilio's Messages API with Twilio's SDK on our own http client. The sender is always the account's:
 * the one that the route chose or else the configured one; the request's `from` is not used. Twilio looks at the
 * validity period when it takes the message from its queue, and recommends more than 5 s. Throws if the account SID, a
 * credential or `apiUrl` cannot be used.
 */
export function createTwilioProvider({
  accountSid,
  credentials,
  sender,
  apiUrl = 'https://api.twilio.com',
  now = Date.now,
  connections,
}: TwilioProviderOptions): Provider {
  const base = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  if (!base || !/^https?:$/.test(base.protocol)) throw new TypeError('twilio: apiUrl is not an http(s) URL');
  if (!/^AC[0-9a-zA-Z]+$/.test(accountSid))
    throw new TypeError('twilio: accountSid must be AC and letters or digits');
  const [username, password] =
    'apiKey' in credentials
      ? [credentials.apiKey, credentials.apiSecret]
      : [accountSid, credentials.authToken];
  if (!username || !password || credentials.authToken === '')
    throw new TypeError('twilio: a credential is empty');

  const receipts = credentials.authToken === undefined ? 'none' : 'callback';
  const http = createHttpClient({ origin: base.origin, ...(connections !== undefined && { connections }) });
  const basePath = base.pathname.replace(/\/+$/, '');

  return {
    name: 'twilio',
    receipts,
    async send(request, signal) {
      const { to, validitySeconds } = request;
      const call = createTwilioCall({ http, basePath, signal });
      // Cheap (about 3 µs), and the only place where the SDK takes something of a single call. It also reads
      // TWILIO_EDGE and TWILIO_REGION, which change nothing but the host name; ours comes from apiUrl.
      const client = new twilio.Twilio(username, password, { accountSid, httpClient: call.httpClient });
      const validityPeriod = Math.min(Math.max(Math.trunc(validitySeconds), 1), MAX_VALIDITY_SECONDS);
      try {
        await client.messages.create({
          ...contentOf(request),
          to,
          validityPeriod,
          ...senderOf(request, sender),
          ...(receipts === 'callback' &&
            request.receiptUrl !== undefined && { statusCallback: request.receiptUrl }),
        });
      } catch {
        // Every status but 2xx, and a 2xx that is not JSON, is an exception to the SDK. What happened is in the
        // outcome; the exception may repeat the request and goes no further.
      }
      const outcome = call.outcome();
      if (!outcome) throw new Error('twilio: the SDK made no request');
      return outcome.kind === 'answer'
        ? withoutRepetition(classifyTwilioAnswer(outcome, now()), request)
        : unansweredResult(outcome);
    },
    close: () => http.close(),
  };
}

function senderOf({ sender }: SendRequest, configured: TwilioSender): TwilioSender {
  if (sender === undefined) {
    return 'from' in configured
      ? { from: configured.from }
      : { messagingServiceSid: configured.messagingServiceSid };
  }
  return MESSAGING_SERVICE_SID.test(sender) ? { messagingServiceSid: sender } : { from: sender };
}

/**
 * The text; or the content template (Content API) that the registration names, with the variable parts of the text.
 * Twilio has no fields for India's ids: it knows them by the sender, the Messaging Service or the content template.
 */
function contentOf({ body, registration }: SendRequest) {
  const { contentSid, ...parameters } = registration?.parameters ?? {};
  const variables = registration?.variables.map((value, index) => [String(index + 1), value] as const) ?? [];
  // Without variables the content would be sent without its code.
  if (typeof contentSid !== 'string' || variables.length === 0) return { ...parameters, body };
  return { ...parameters, contentSid, contentVariables: JSON.stringify(Object.fromEntries(variables)) };
}
