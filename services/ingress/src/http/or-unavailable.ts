import { QueueUnavailableError } from '@sms-gateway/delivery';
import { HttpProblem } from './problem.ts';

/** Runs `work` and turns a failure of Redis into a 503. `detail` is shown to the caller. */
export async function orUnavailable<Result>(detail: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof QueueUnavailableError)) throw error;
    throw new HttpProblem(503, 'queue_unavailable', detail, {
      cause: error,
      reason: error.message,
      headers: { 'Retry-After': '2' },
    });
  }
}
