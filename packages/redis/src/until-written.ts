import { setTimeout as delay } from 'node:timers/promises';

const RETRY_MS = 250;

/**
 * Writes again and again while Redis answers with an error (READONLY, NOREPLICAS, OOM and the like: what passes), so
 * that what is known is not lost for that. `write` must do the same however often it is run.
 * @throws what Redis answers once `signal` is aborted, and everything that is no answer of Redis's at once.
 */
export async function untilWritten<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const mayPass =
        error instanceof Error &&
        /^[A-Z]{3,} /.test(error.message) &&
        !/^(ERR|WRONGTYPE) /.test(error.message);
      if (!mayPass || signal.aborted) throw error;
      await delay(RETRY_MS);
    }
  }
}
