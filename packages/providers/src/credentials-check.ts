import type { IncomingHttpHeaders } from 'node:http';
import { createHttpClient } from './http-client.ts';
import { type Answer, isSuccess } from './http-status.ts';

/**
 * What a provider says of our credentials.
 *
 * - `accepted`: they are valid.
 * - `refused`: they are not valid, or not for this account. No message can be sent with them.
 * - `not_allowed`: they may be valid, but do not permit this call. They may be limited to sending.
 * - `unanswered`: there was no usable answer.
 */
export type CredentialsAnswer = {
  kind: 'accepted' | 'refused' | 'not_allowed' | 'unanswered';
  /** Short and stable, such as `http_401` or `connect_refused`. */
  code: string;
  /** The provider's clock by its answer's Date header, in epoch milliseconds; it counts whole seconds. */
  serverTimeMs: number | undefined;
};

/** One harmless call, which only reads and costs nothing. */
export type CredentialsCheck = {
  /** Which credentials it proves, such as `auth token`. */
  proves: string;
  /** Settles as soon as `signal` is aborted. Never rejects, and never repeats an answer. */
  ask(signal: AbortSignal): Promise<CredentialsAnswer>;
};

type Options = {
  proves: string;
  /** Base URL of the API, path included if a proxy has one. */
  apiUrl: string;
  /** Added to the path of `apiUrl`; query included. */
  path: string;
  authorization: string;
  /** Statuses that mean a refusal; 401 if not given. A 403 that is none of them means `not_allowed`. */
  refusals?: readonly number[];
  /** Whether the body of a refusal says that the credentials are valid but do not permit this call. */
  isLimited?: (body: string) => boolean;
};

/** One GET to a vendor's API. */
export function createCredentialsCheck({
  proves,
  apiUrl,
  path,
  authorization,
  refusals = [401],
  isLimited = () => false,
}: Options): CredentialsCheck {
  return {
    proves,
    async ask(signal) {
      const base = new URL(apiUrl);
      const http = createHttpClient({ origin: base.origin, connections: 1 });
      try {
        const outcome = await http.request(
          {
            method: 'GET',
            path: base.pathname.replace(/\/+$/, '') + path,
            headers: { authorization, accept: 'application/json' },
          },
          signal,
        );
        if (outcome.kind !== 'answer')
          return { kind: 'unanswered', code: outcome.code, serverTimeMs: undefined };
        return {
          kind: kindOf(outcome, refusals, isLimited),
          code: `http_${outcome.status}`,
          serverTimeMs: serverTimeOf(outcome.headers),
        };
      } finally {
        await http.close();
      }
    },
  };
}

function kindOf(
  answer: Answer,
  refusals: readonly number[],
  isLimited: (body: string) => boolean,
): CredentialsAnswer['kind'] {
  if (isSuccess(answer)) return 'accepted';
  if (refusals.includes(answer.status)) return isLimited(answer.body) ? 'not_allowed' : 'refused';
  return answer.status === 403 ? 'not_allowed' : 'unanswered';
}

/** By the Date header (RFC 9110 §6.6.1), where there is a readable one. */
export function serverTimeOf({ date }: IncomingHttpHeaders): number | undefined {
  const at = Date.parse(date ?? '');
  return Number.isNaN(at) ? undefined : at;
}
