import type twilio from 'twilio';
import type { HttpClient, HttpOutcome } from '../http-client.ts';

/** What the SDK hands to its http client, as far as sending a message needs it. */
type SdkRequest = {
  method: string;
  uri: string;
  username?: string;
  password?: string;
  headers?: Record<string, string>;
  data?: Record<string, string | number>;
};

export type TwilioCall = {
  httpClient: twilio.RequestClient;
  /** The outcome of the one request; undefined before there is one. */
  outcome(): HttpOutcome | undefined;
};

type Options = {
  http: HttpClient;
  /** Path in front of the API's own, without a slash at the end; empty for Twilio itself. */
  basePath: string;
  signal: AbortSignal;
};

/**
 * The http client of one SDK call. The SDK's own (axios) cannot be pointed elsewhere, cannot be aborted, drops
 * Retry-After, and reports a failed connect and a lost answer alike; its errors hold credentials and text. The
 * SDK has no place for a signal, hence one such client per call instead of an AsyncLocalStorage, which on Node 20
 * slows every promise of the process.
 */
export function createTwilioCall({ http, basePath, signal }: Options): TwilioCall {
  let outcome: HttpOutcome | undefined;

  const httpClient = {
    async request({ method, uri, username, password, headers, data = {} }: SdkRequest) {
      const form = new URLSearchParams();
      for (const [name, value] of Object.entries(data)) form.append(name, String(value));
      const basic = Buffer.from(`${username}:${password}`).toString('base64');
      outcome = await http.request(
        {
          method: method === 'get' ? 'GET' : 'POST',
          path: basePath + uri.slice(uri.indexOf('/', 'https://'.length)),
          headers: { ...headers, Authorization: `Basic ${basic}` },
          body: form.toString(),
        },
        signal,
      );
      if (outcome.kind !== 'answer') throw new Error('no answer');
      return { statusCode: outcome.status, body: outcome.body, headers: outcome.headers };
    },
  };

  // The SDK asks for its own class, whose constructor builds an axios instance, but calls nothing except `request`
  // (lib/base/BaseTwilio.js).
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { httpClient: httpClient as unknown as twilio.RequestClient, outcome: () => outcome };
}
