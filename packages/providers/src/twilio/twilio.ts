import twilio from 'twilio';
import { createHttpClient } from '../http-client.ts';
import type { Provider } from '../provider.ts';
import { unansweredResult } from '../unanswered.ts';
import { classifyTwilioAnswer } from './twilio-errors.ts';
import { createTwilioCall } from './twilio-http-client.ts';

export type TwilioProviderOptions = {
  accountSid: string;
  credentials: { authToken: string } | { apiKey: string; apiSecret: string };
  /** A number, short code or sender ID of the account, or a Messaging Service that picks one. */
  sender: { from: string } | { messagingServiceSid: string };
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
 * Sends through Twilio's Messages API with Twilio's SDK on our own http client. The sender is always the account's;
 * the request's `from` is not used. Twilio looks at the validity period when it takes the message from its queue,
 * and recommends more than 5 s. Throws if the account SID, a credential or `apiUrl` cannot be used.
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
    'authToken' in credentials
      ? [accountSid, credentials.authToken]
      : [credentials.apiKey, credentials.apiSecret];
  if (!username || !password) throw new TypeError('twilio: a credential is empty');

  const http = createHttpClient({ origin: base.origin, ...(connections !== undefined && { connections }) });
  const basePath = base.pathname.replace(/\/+$/, '');

  return {
    name: 'twilio',
    async send({ to, body, validitySeconds }, signal) {
      const call = createTwilioCall({ http, basePath, signal });
      // Cheap (about 3 µs), and the only place where the SDK takes something of a single call. It also reads
      // TWILIO_EDGE and TWILIO_REGION, which change nothing but the host name; ours comes from apiUrl.
      const client = new twilio.Twilio(username, password, { accountSid, httpClient: call.httpClient });
      const validityPeriod = Math.min(Math.max(Math.trunc(validitySeconds), 1), MAX_VALIDITY_SECONDS);
      try {
        await client.messages.create({ to, body, validityPeriod, ...sender });
      } catch {
        // Every status but 2xx, and a 2xx that is not JSON, is an exception to the SDK. What happened is in the
        // outcome; the exception may repeat the request and goes no further.
      }
      const outcome = call.outcome();
      if (!outcome) throw new Error('twilio: the SDK made no request');
      return outcome.kind === 'answer' ? classifyTwilioAnswer(outcome, now()) : unansweredResult(outcome);
    },
    close: () => http.close(),
  };
}
