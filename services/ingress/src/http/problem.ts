import { STATUS_CODES } from 'node:http';

/** Why a request was refused, as a code that callers may switch on. */
export type ProblemCode =
  | 'malformed_request'
  | 'invalid_request'
  | 'unauthenticated'
  | 'destination_not_allowed'
  | 'number_type_not_allowed'
  | 'destination_blocked'
  | 'receipt_not_authentic'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'recipient_not_possible'
  | 'idempotency_key_reused'
  | 'limit_reached'
  | 'spend_cap_reached'
  | 'pumping_suspected'
  | 'expectation_failed'
  | 'request_timeout'
  | 'headers_too_large'
  | 'queue_unavailable'
  | 'internal_error';

type Options = ErrorOptions & {
  headers?: Record<string, string>;
  rules?: readonly string[];
  reason?: string;
  fault?: string;
};

/**
 * A refused request. `detail` is shown to the caller: never put text, code, token or number into it. It has no stack,
 * which would cost more than the rest of a refusal and help nobody.
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly headers: Record<string, string>;
  /** The screening rules that refused it, for the log. */
  readonly rules: readonly string[] | undefined;

  /** Additional information for the log, such as why Redis is not ready. */
  readonly reason: string | undefined;

  /** The exact fault, from a closed set, for the metrics. */
  readonly fault: string | undefined;

  constructor(status: number, code: ProblemCode, detail: string, options: Options = {}) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(code, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.headers = options.headers ?? {};
    this.rules = options.rules;
    this.reason = options.reason;
    this.fault = options.fault;
  }
}

export function methodNotAllowed(allowed: readonly string[]): HttpProblem {
  return new HttpProblem(405, 'method_not_allowed', `Only ${allowed.join(' and ')} is answered here.`, {
    headers: { Allow: allowed.join(', ') },
  });
}

/** The body of an answer in the form of RFC 9457. */
export function problemJson({
  status,
  code,
  detail,
}: Pick<HttpProblem, 'status' | 'code' | 'detail'>): string {
  return JSON.stringify({
    type: `urn:sms-gateway:problem:${code.replaceAll('_', '-')}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
  });
}
