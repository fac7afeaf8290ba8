import { createHttpClient, type HttpOutcome } from '../http-client.ts';
import { parseJsonObject } from '../json-object.ts';
import type { Provider, SendRequest, SendResult } from '../provider.ts';
import { parseRetryAfterMs } from '../retry-after.ts';
import { unansweredResult } from '../unanswered.ts';

export type HttpProviderOptions = {
  /** Where to POST; http or https, a query is kept. */
  url: string;
  /** Bearer token, RFC 6750. */
  token: string;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Sockets at most, so messages in flight at most. */
  connections?: number;
};

type Answer = Extract<HttpOutcome, { kind: 'answer' }>;

/**
 * The generic provider: POSTs `{id,to,from,body,validitySeconds}` as JSON to an endpoint of the operator's own.
 * The id goes along as `Idempotency-Key` too, which is why a 5xx counts as not sent here: an endpoint that honours
 * the key may safely be asked again. Throws if `url` or `token` cannot be used.
 */
export function createHttpProvider({
  url,
  token,
  now = Date.now,
  connections,
}: HttpProviderOptions): Provider {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (!target || !/^https?:$/.test(target.protocol))
    throw new TypeError('http provider: url is not an http(s) URL');
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new TypeError('http provider: token is empty or not printable ASCII');

  const client = createHttpClient({
    origin: target.origin,
    ...(connections !== undefined && { connections }),
  });
  const path = target.pathname + target.search;
  const authorization = `Bearer ${token}`;

  return {
    name: 'http',
    receipts: 'none',
    async send(request, signal) {
      const { id, to, from = null, body, validitySeconds } = request;
      const outcome = await client.request(
        {
          method: 'POST',
          path,
          headers: {
            authorization,
            'content-type': 'application/json',
            accept: 'application/json',
            'idempotency-key': id,
          },
          body: JSON.stringify({ id, to, from, body, validitySeconds }),
        },
        signal,
      );
      return outcome.kind === 'answer' ? classify(outcome, request, now()) : unansweredResult(outcome);
    },
    close: () => client.close(),
  };
}

function classify({ status, headers, body }: Answer, request: SendRequest, nowMs: number): SendResult {
  if (status >= 200 && status < 300) {
    return { kind: 'accepted', providerMessageId: messageIdIn(body, request) };
  }
  const code = `http_${status}`;
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs);
  if (status === 429) return { kind: 'throttled', code, retryAfterMs };
  if (status === 408 || status >= 500) return { kind: 'transient', code, retryAfterMs };
  if (status === 422) return { kind: 'rejected', code };
  return { kind: 'provider_fault', code, isRecognised: status === 401 || status === 403 };
}

/** The id ends up in traces and logs, so one that repeats the text, a code in it, or the number is not taken for an id. */
function messageIdIn(answer: string, { to, body }: SendRequest): string | undefined {
  const value = parseJsonObject(answer)?.['id'];
  const id = typeof value === 'number' ? String(value) : value;
  if (typeof id !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(id)) return undefined;
  const codes = body.match(/\d{4,}/g) ?? [];
  return [body, to.slice(1), ...codes].some((secret) => id.includes(secret)) ? undefined : id;
}
