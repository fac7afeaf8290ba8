import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { type NoAnswerCode, noAnswerCode, type NotSentCode, notSentCode } from './failure-code.ts';

export type HttpRequest = {
  method: 'GET' | 'POST';
  /** Path and query, beginning with a slash. */
  path: string;
  headers: Record<string, string>;
  body?: string;
};

/**
 * What became of one request.
 *
 * - `answer`: a complete HTTP answer, whatever its status; the body is cut at the client's limit.
 * - `not_sent`: certainly not written to the network.
 * - `no_answer`: handed to the socket, so the server may have acted on it; no complete answer came back.
 */
export type HttpOutcome =
  | { kind: 'answer'; status: number; headers: IncomingHttpHeaders; body: string }
  | { kind: 'not_sent'; code: NotSentCode }
  | { kind: 'no_answer'; code: NoAnswerCode };

export interface HttpClient {
  /** Makes the request once: no retries, no redirects. Settles as soon as `signal` is aborted; never rejects. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpOutcome>;
  /** Drops every connection; requests in flight end as `not_sent` or `no_answer`. */
  close(): Promise<void>;
}

export type HttpClientOptions = {
  /** Scheme, host and port; the rest of the URL is ignored. */
  origin: string;
  /** Sockets at most, each with one request at a time; what comes beyond waits for a free one. */
  connections?: number;
  /** DNS, TCP and TLS together. */
  connectTimeoutMs?: number;
  /** Longest silence before and within an answer: a backstop, the caller's signal comes first. */
  answerTimeoutMs?: number;
  /** An idle socket is kept this long where the server announces nothing itself. */
  keepAliveTimeoutMs?: number;
  maxBodyBytes?: number;
};

const ABORTED = new Error('aborted by the caller');
const CUT = new Error('body over the limit');

/** The one HTTP client of all providers: a pool of keep-alive connections to one origin. */
export function createHttpClient({
  origin,
  connections = 128,
  connectTimeoutMs = 3_000,
  answerTimeoutMs = 30_000,
  keepAliveTimeoutMs = 4_000,
  maxBodyBytes = 64 * 1024,
}: HttpClientOptions): HttpClient {
  const pool = new Pool(new URL(origin).origin, {
    connections,
    pipelining: 1,
    connectTimeout: connectTimeoutMs,
    headersTimeout: answerTimeoutMs,
    bodyTimeout: answerTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
  });

  return {
    request: (request, signal) => exchange(pool, request, signal, maxBodyBytes),
    async close() {
      await pool.destroy();
    },
  };
}

function exchange(pool: Pool, request: HttpRequest, signal: AbortSignal, maxBodyBytes: number) {
  return new Promise<HttpOutcome>((resolve) => {
    if (signal.aborted) {
      resolve({ kind: 'not_sent', code: 'aborted' });
      return;
    }

    // undici (7.30, lib/dispatcher/client-h1.js, writeH1) calls onRequestStart in the same synchronous run that
    // then hands head and body to the socket, and not before it has a connected socket that it has just checked
    // for a pending close. So: no controller, nothing written. From then on the bytes may have left, and no error
    // code, not even a reset of a stale keep-alive socket, proves that they have not.
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let bodyBytes = 0;
    const chunks: Buffer[] = [];
    let isSettled = false;

    const settle = (outcome: HttpOutcome) => {
      if (isSettled) return;
      isSettled = true;
      signal.removeEventListener('abort', abort);
      resolve(outcome);
    };
    const answer = () => {
      const [first] = chunks;
      const body = chunks.length === 1 && first ? first : Buffer.concat(chunks);
      settle({ kind: 'answer', status, headers, body: body.toString('utf8', 0, maxBodyBytes) });
    };
    const abort = () => {
      settle({ kind: controller ? 'no_answer' : 'not_sent', code: 'aborted' });
      controller?.abort(ABORTED);
    };
    signal.addEventListener('abort', abort);

    pool.dispatch(request, {
      onRequestStart(started) {
        // Aborted while it waited for a socket: undici writes nothing if this is called here.
        if (isSettled) started.abort(ABORTED);
        else controller = started;
      },
      onResponseStart(_, statusCode, responseHeaders) {
        status = statusCode;
        headers = responseHeaders;
      },
      onResponseData(current, chunk) {
        chunks.push(chunk);
        bodyBytes += chunk.length;
        if (bodyBytes <= maxBodyBytes) return;
        answer();
        current.abort(CUT);
      },
      onResponseEnd: answer,
      onResponseError(_, error) {
        settle(
          controller
            ? { kind: 'no_answer', code: noAnswerCode(error) }
            : { kind: 'not_sent', code: notSentCode(error) },
        );
      },
    });
  });
}
