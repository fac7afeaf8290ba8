import type { HttpOutcome } from './http-client.ts';
import type { SendResult } from './provider.ts';

/** The result of an attempt that got no answer: the same for every provider. */
export function unansweredResult({ kind, code }: Exclude<HttpOutcome, { kind: 'answer' }>): SendResult {
  return kind === 'not_sent'
    ? { kind: 'transient', code, retryAfterMs: undefined }
    : { kind: 'unknown', code };
}
