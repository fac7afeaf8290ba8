import { Readable } from 'node:stream';
import { createHttpClient, type HttpClient, type HttpOutcome } from '../http-client.ts';

/** What the SDK hands over, as far as it matters here (@smithy/types, HttpRequest). */
type SdkRequest = {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string | string[] | null>;
  method: string;
  headers: Record<string, string>;
  body?: unknown;
};

export type AwsRequestHandler = {
  /** Structural stand-in for the SDK's own handler (@smithy/types, RequestHandler). */
  handler: {
    metadata: { handlerProtocol: string };
    handle(
      request: SdkRequest,
      options?: { abortSignal?: unknown },
    ): Promise<{ response: { statusCode: number; headers: Record<string, string>; body: Readable } }>;
    destroy(): void;
    updateHttpClientConfig(): void;
    httpHandlerConfigs(): Record<string, never>;
  };
  /** The outcome of the request that was made with this signal; undefined before there is one. */
  outcomeOf: (signal: AbortSignal) => HttpOutcome | undefined;
  close: () => Promise<void>;
};

/**
 * Lets the SDK sign, and makes the request through the one HTTP client, which knows whether a request was written.
 * The SDK's own handler cannot tell, and only warns when its time is over (@smithy/node-http-handler).
 */
export function createAwsRequestHandler({
  connections,
}: {
  connections: number | undefined;
}): AwsRequestHandler {
  const outcomes = new WeakMap<AbortSignal, HttpOutcome>();
  const clients = new Map<string, HttpClient>();

  function clientFor({ protocol, hostname, port }: SdkRequest): HttpClient {
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    const client =
      clients.get(origin) ?? createHttpClient({ origin, ...(connections !== undefined && { connections }) });
    clients.set(origin, client);
    return client;
  }

  return {
    handler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: async (request, { abortSignal } = {}) => {
        if (!(abortSignal instanceof AbortSignal)) throw new Error('aws: a request without a signal');
        const { path, query = {}, method, headers, body } = request;
        const search = new URLSearchParams();
        for (const [name, values] of Object.entries(query)) {
          for (const value of [values ?? ''].flat()) search.append(name, value);
        }
        const outcome = await clientFor(request).request(
          {
            method: method === 'GET' ? 'GET' : 'POST',
            path: search.size === 0 ? path : `${path}?${search.toString()}`,
            headers,
            body: textOf(body),
          },
          abortSignal,
        );
        outcomes.set(abortSignal, outcome);
        if (outcome.kind !== 'answer') throw new Error('no answer');
        const flat = Object.fromEntries(
          Object.entries(outcome.headers).map(([name, value]) => [name, String(value)]),
        );
        return {
          response: {
            statusCode: outcome.status,
            headers: flat,
            body: Readable.from([Buffer.from(outcome.body)]),
          },
        };
      },
      destroy: () => undefined,
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
    outcomeOf: (signal) => outcomes.get(signal),
    close: async () => {
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (!(body instanceof Uint8Array)) throw new Error('aws: a body that is neither text nor bytes');
  // Not Buffer.from(body): the SDK's class of bytes (@smithy/core, JsonBytesStringAdapter) warns on the console
  // when it is asked for its primitive value.
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}
