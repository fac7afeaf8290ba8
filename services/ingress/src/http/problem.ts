import { STATUS_CODES } from 'node:http';

/** Why a request was refused, in a form that callers may switch on. */
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
  | 'limit_reached'
  | 'spend_cap_reached'
  | 'pumping_suspected'
  | 'expectation_failed'
  | 'request_timeout'
  | 'headers_too_large'
  | 'queue_unavailable'
  | 'internal_error';

/** A refused request. `detail` is shown to the caller: never put text, code, token or number into it. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly headers: Record<string, string>;
  /** The screening rules that refused it, for the log. */
  readonly rules: readonly string[] | undefined;

  constructor(
    status: number,
    code: ProblemCode,
    detail: string,
    options: ErrorOptions & { headers?: Record<string, string>; rules?: readonly string[] } = {},
  ) {
    super(code, options);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.headers = options.headers ?? {};
    this.rules = options.rules;
  }
}

/** The body of an answer as RFC 9457 wants it. */
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
