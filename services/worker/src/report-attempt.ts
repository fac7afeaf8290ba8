import type { FinishedAttempt } from '@sms-gateway/delivery';
import type { LastErrors } from '@sms-gateway/reporting';
import type { Delivery } from './delivery.ts';
import type { WorkerMetrics } from './metrics.ts';

export type ReportAttempt = (
  delivery: Pick<Delivery, 'message' | 'log'>,
  finished: FinishedAttempt,
  durationMs: number,
) => void;

/** Counts and logs the end of an attempt. */
export function createReportAttempt({
  metrics,
  lastErrors,
}: {
  metrics: WorkerMetrics;
  lastErrors: Pick<LastErrors, 'note'>;
}): ReportAttempt {
  return ({ message, log }, { provider, number, result, code, concludedAt }, durationMs) => {
    metrics.attempted(provider, message.country, result, durationMs);
    if (result !== 'accepted') lastErrors.note(provider, { result, code: code ?? '', at: concludedAt });
    log('delivery.attempted', {
      provider,
      attempt: number,
      route: message.plan.route,
      result,
      reason: code,
      durationMs,
    });
  };
}
