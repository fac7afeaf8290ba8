import type { DeliveryStore, ReceiptHandler } from '@sms-gateway/delivery';
import type { Logger } from '@sms-gateway/process';
import type { LateResult } from '@sms-gateway/providers';
import { finishedAttempt } from './provider-calls.ts';

type Deps = {
  store: Pick<DeliveryStore, 'settle'>;
  receiptHandler: Pick<ReceiptHandler, 'takeHeld'>;
  logger: Logger;
  now: () => number;
};

/** Stores a provider's late answer to an attempt that had already been recorded as unknown. */
export function createSettleLate({ store, receiptHandler, logger, now }: Deps) {
  return async function settleLate(provider: string, late: LateResult): Promise<void> {
    const { messageId, attempt, result } = late;
    const finished = finishedAttempt({ provider, number: attempt, result, concludedAt: now() });
    const { isSettled, early } = await store.settle(messageId, finished);
    logger.info(
      { messageId, provider, attempt, result: result.kind, reason: finished.code, isSettled },
      'attempt.answered_late',
    );
    for (const receipt of early) await receiptHandler.takeHeld(provider, receipt, { messageId, attempt });
  };
}
