import { QueueUnavailableError } from '@sms-gateway/delivery';
import { HttpProblem } from './problem.ts';

/** Turns a failure of Redis into a 503. `detail` is shown to the caller. */
export async function orUnavailable<Result>(detail: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(detail, error);
  }
}

/** The 503 for a failure of Redis, as `orUnavailable` throws it; any other error as it is. */
export function unavailable(detail: string, error: unknown): unknown {
  if (!(error instanceof QueueUnavailableError)) return error;
  return new HttpProblem(503, 'queue_unavailable', detail, {
    cause: error,
    reason: error.message,
    headers: { 'Retry-After': '2' },
  });
}
