import type { FinishedAttempt } from '@sms-gateway/delivery';
import type { Delivery } from './delivery.ts';
import type { WorkerMetrics } from './metrics.ts';

export type ReportAttempt = (
  delivery: Pick<Delivery, 'message' | 'log'>,
  finished: FinishedAttempt,
  durationMs: number,
) => void;

/** Counts and logs the end of an attempt. */
export function createReportAttempt({ metrics }: { metrics: WorkerMetrics }): ReportAttempt {
  return ({ message, log }, { provider, number, result, code }, durationMs) => {
    metrics.attempted(provider, result, durationMs);
    log.info(
      { provider, attempt: number, route: message.plan.route, result, reason: code, durationMs },
      'delivery.attempted',
    );
  };
}
