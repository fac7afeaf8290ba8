import { STATUS_CODES } from 'node:http';

/** A refused request. `detail` is shown to the caller. */
export class ConsoleProblem extends Error {
  override readonly name = 'ConsoleProblem';
  readonly status: number;
  readonly detail: string;
  readonly headers: Record<string, string>;

  constructor(status: number, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

/** The body of the answer, as in RFC 9457. */
export function problemJson({ status, detail }: Pick<ConsoleProblem, 'status' | 'detail'>): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail });
}
