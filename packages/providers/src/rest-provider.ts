import { createHttpClient } from './http-client.ts';
import { type Answer, isSuccess } from './http-status.ts';
import { withoutRepetition } from './message-id.ts';
import type { LookupResult, Provider, SendRequest, SendResult } from './provider.ts';
import { unansweredResult } from './unanswered.ts';

/** What every provider takes that is one POST to the vendor's API. */
export type RestProviderOptions = {
  /** Base URL of the API, path included if a proxy has one. */
  apiUrl?: string | undefined;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Sockets at most, so messages in flight at most. */
  connections?: number;
};

type Options = Required<Pick<RestProviderOptions, 'now'>> & {
  name: string;
  apiUrl: string;
  connections: number | undefined;
  /** Added to the path of `apiUrl`. */
  path: string;
  /** What goes into a header or the path, by the name of its option: must be printable ASCII. */
  credentials: Record<string, string>;
  authorization: string;
  contentType: 'application/json' | 'application/x-www-form-urlencoded';
  encode(request: SendRequest, nowMs: number): string;
  classify(answer: Answer, nowMs: number, request: SendRequest): SendResult;
  /** `none` if not given. */
  receipts?: Provider['receipts'];
  /** Absent where the vendor cannot be asked. */
  lookup?: RestLookup;
};

/** How to ask the vendor for a message by our id: with one GET. */
export type RestLookup = {
  /** Added to the path of `apiUrl`; query included. */
  path(id: string): string;
  /** Reads an answer of status 2xx; undefined if it does not say. */
  read(answer: Answer, id: string): LookupResult | undefined;
};

/** One POST for each attempt. Throws if a credential or `apiUrl` cannot be used, without repeating it. */
export function createRestProvider(options: Options): Provider {
  const { name, apiUrl, connections, path, credentials, authorization, contentType, now, lookup } = options;
  const base = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new TypeError(`${name}: the API's URL is not an http(s) URL`);
  }
  for (const [key, value] of Object.entries(credentials)) {
    if (!/^[\x21-\x7e]+$/.test(value)) throw new TypeError(`${name}: ${key} is empty or not printable ASCII`);
  }

  const http = createHttpClient({ origin: base.origin, ...(connections !== undefined && { connections }) });
  const root = base.pathname.replace(/\/+$/, '');
  const headers = { authorization, accept: 'application/json' };

  return {
    name,
    receipts: options.receipts ?? 'none',
    async send(request, signal) {
      const outcome = await http.request(
        {
          method: 'POST',
          path: root + path,
          headers: { ...headers, 'content-type': contentType },
          body: options.encode(request, now()),
        },
        signal,
      );
      return outcome.kind === 'answer'
        ? withoutRepetition(options.classify(outcome, now(), request), request)
        : unansweredResult(outcome);
    },
    ...(lookup && {
      async lookup({ id }: { id: string }, signal: AbortSignal): Promise<LookupResult> {
        const outcome = await http.request({ method: 'GET', path: root + lookup.path(id), headers }, signal);
        if (outcome.kind !== 'answer') return { kind: 'unanswered', code: outcome.code };
        const result = isSuccess(outcome) ? lookup.read(outcome, id) : undefined;
        return result ?? { kind: 'unanswered', code: `http_${outcome.status}` };
      },
    }),
    close: () => http.close(),
  };
}

/** RFC 7617. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
