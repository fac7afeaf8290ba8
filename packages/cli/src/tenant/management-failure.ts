import { ManagementError } from 'auth0';

/** Why a call to the Management API failed. */
export type FailureKind =
  | 'bad_credentials'
  | 'missing_scope'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  /** Auth0 refused the request itself. */
  | 'refused'
  /** No answer, or a server error: a change may be in effect, or not. */
  | 'unclear';

/**
 * A failed call, with a message for people that quotes Auth0. The SDK's errors never leave this file, because they contain
 * the raw answer, which for a connection includes its secrets.
 */
export class ManagementFailure extends Error {
  override readonly name = 'ManagementFailure';
  readonly kind: FailureKind;
  /** Auth0's own code, such as `insufficient_scope`. */
  readonly code: string | undefined;
  /** Seconds after which it may be retried, if Auth0 says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: FailureKind, message: string, code?: string, retryAfterSeconds?: number) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

type Context = {
  /** What was tried, as in "read the connections". */
  what: string;
  /** Scopes that the whole command needs. */
  scopes: readonly string[];
  now: () => number;
  /** What was sent and must not be shown, in case Auth0's message repeats it. */
  secrets: readonly string[];
};

/** The failure for an error of the SDK. */
export function toFailure(error: unknown, { what, scopes, now, secrets }: Context): ManagementFailure {
  if (!(error instanceof ManagementError)) {
    return new ManagementFailure(
      'unclear',
      `Auth0 did not answer the request to ${what} (${systemCode(error)}).`,
    );
  }
  const { statusCode = 0, body, rawResponse } = error;
  const { code, message } = saidBy(body, secrets);
  const said = message === undefined ? '' : ` Auth0 says: ${message}`;
  const needed = `This command needs the scopes ${scopes.join(', ')}.`;

  if (statusCode === 401) {
    return new ManagementFailure(
      'bad_credentials',
      `Auth0 does not accept the credentials (401): they are wrong or belong to another tenant, or the token has expired.${said}`,
      code,
    );
  }
  if (
    statusCode === 403 &&
    (code === undefined || code === 'insufficient_scope' || code === 'access_denied')
  ) {
    return new ManagementFailure('missing_scope', `Not allowed to ${what} (403).${said} ${needed}`, code);
  }
  if (statusCode === 404)
    return new ManagementFailure(
      'not_found',
      `Auth0 found nothing (404) when asked to ${what}.${said}`,
      code,
    );
  if (statusCode === 409)
    return new ManagementFailure(
      'conflict',
      `Auth0 reports a conflict (409) when asked to ${what}.${said}`,
      code,
    );
  if (statusCode === 429) {
    const seconds = waitSeconds(rawResponse?.headers, now());
    const when = seconds === undefined ? 'later' : `in ${seconds} s`;
    return new ManagementFailure(
      'rate_limited',
      `Auth0's rate limit is reached (429). Try again ${when}.`,
      code,
      seconds,
    );
  }
  if (statusCode >= 400 && statusCode < 500 && statusCode !== 408) {
    return new ManagementFailure('refused', `Auth0 refused to ${what} (${statusCode}).${said}`, code);
  }
  return new ManagementFailure(
    'unclear',
    `Auth0 answered ${statusCode || 'nothing'} when asked to ${what}.`,
    code,
  );
}

/** Shorter values, such as a number of seconds, are not secret and occur in ordinary messages. */
const SECRET_LENGTH = 8;

function saidBy(
  body: unknown,
  secrets: readonly string[],
): { code: string | undefined; message: string | undefined } {
  const withoutSecrets = (said: string) =>
    secrets
      .filter((secret) => secret.length >= SECRET_LENGTH)
      .reduce((rest, secret) => rest.replaceAll(secret, '(secret)'), said);
  const fields = new Map<string, unknown>(
    typeof body === 'object' && body !== null ? Object.entries(body) : [],
  );
  const text = (...names: string[]) => {
    const value = names.map((name) => fields.get(name)).find((one) => typeof one === 'string' && one !== '');
    return typeof value === 'string' ? withoutSecrets(value).slice(0, 300) : undefined;
  };
  return { code: text('errorCode', 'error_code', 'error'), message: text('message', 'error_description') };
}

function waitSeconds(headers: { get(name: string): string | null } | undefined, now: number) {
  const after = Number(headers?.get('retry-after') ?? NaN);
  if (after > 0) return Math.ceil(after);
  const resetAt = Number(headers?.get('x-ratelimit-reset') ?? NaN);
  return resetAt > 0 ? Math.max(1, Math.ceil(resetAt - now / 1000)) : undefined;
}

/** Such as ECONNREFUSED. Not the message, which could contain what was sent. */
function systemCode(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return error instanceof Error ? error.name : 'unknown error';
}
