import { ManagementError } from 'auth0';

/** Why a call of the Management API failed. */
export type FailureKind =
  | 'bad_credentials'
  | 'missing_scope'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  /** Refused for what was asked. */
  | 'refused'
  /** No answer, or one of a server in trouble: a change may be in effect, or not. */
  | 'unclear';

/**
 * A call that failed, in our own words and Auth0's message. The SDK's own errors never leave this file: they carry
 * the raw answer, which for a connection holds its secrets.
 */
export class ManagementFailure extends Error {
  override readonly name = 'ManagementFailure';
  readonly kind: FailureKind;
  /** Auth0's own code, such as `insufficient_scope`. */
  readonly code: string | undefined;
  /** Seconds after which it may be tried again, where Auth0 says so. */
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
  /** What was sent and must not be shown, should Auth0's message repeat it. */
  secrets: readonly string[];
};

/** The failure for whatever the SDK has thrown. */
export function toFailure(error: unknown, { what, scopes, now, secrets }: Context): ManagementFailure {
  if (!(error instanceof ManagementError)) {
    return new ManagementFailure('unclear', `Auth0 did not answer, asked to ${what} (${systemCode(error)}).`);
  }
  const { statusCode = 0, body, rawResponse } = error;
  const { code, message } = saidBy(body, secrets);
  const said = message === undefined ? '' : ` Auth0 says: ${message}`;
  const needed = `This command needs the scopes ${scopes.join(', ')}.`;

  if (statusCode === 401) {
    return new ManagementFailure(
      'bad_credentials',
      `Auth0 does not take the credentials (401): they are wrong, of another tenant, or the token has expired.${said}`,
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
    return new ManagementFailure('not_found', `Not there (404), to ${what}.${said}`, code);
  if (statusCode === 409)
    return new ManagementFailure('conflict', `A conflict (409), to ${what}.${said}`, code);
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
    `Auth0 answered ${statusCode || 'nothing'}, asked to ${what}.`,
    code,
  );
}

/** Shorter ones, such as a number of seconds, keep nothing secret and stand in every other sentence. */
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

/** Such as ECONNREFUSED; a message could repeat what was sent. */
function systemCode(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return error instanceof Error ? error.name : 'unknown error';
}
