import { setTimeout as delay } from 'node:timers/promises';
import { NotDurableError } from './durability.ts';

const RETRY_MS = 250;

/**
 * Writes again and again while Redis answers with an error that passes (READONLY, NOREPLICAS, OOM and the like), or the
 * write is not durable, so that a known fact is not lost. `write` must be idempotent.
 * @throws the last error once `signal` is aborted, and any other error at once.
 */
export async function untilWritten<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const mayPass =
        error instanceof NotDurableError ||
        (error instanceof Error &&
          /^[A-Z]{3,} /.test(error.message) &&
          !/^(ERR|WRONGTYPE) /.test(error.message));
      if (!mayPass || signal.aborted) throw error;
      await delay(RETRY_MS);
    }
  }
}
