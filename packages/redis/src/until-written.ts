import { setTimeout as delay } from 'node:timers/promises';
import { type ConfirmOptions, type DurabilityCheck, NotDurableError } from './durability.ts';

const RETRY_MS = 250;

/**
 * Redis's own errors that pass, and the errors of ioredis (6.0.0) if no node of a Cluster took the command for a second or two,
 * as during every failover, and while a slot moves.
 */
const PASSES =
  /^(?!(ERR|WRONGTYPE) )[A-Z]{3,} |^Too many Cluster redirections|^None of startup nodes is available/;

/**
 * Writes again and again while Redis answers with an error that passes (READONLY, NOREPLICAS, OOM and the like), no node of a
 * Cluster takes it, or the write is not durable, so that a known fact is not lost. `write` must be idempotent.
 * @throws the last error once `signal` is aborted, and any other error at once.
 */
export async function untilWritten<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const mayPass =
        error instanceof NotDurableError || (error instanceof Error && PASSES.test(error.message));
      if (!mayPass || signal.aborted) throw error;
      await delay(RETRY_MS);
    }
  }
}

/** Writes until what is written is as durable as `DURABILITY` promises. @throws as `untilWritten` does. */
export function untilDurable<T>(
  durability: Pick<DurabilityCheck, 'confirm'>,
  write: () => Promise<T>,
  options: ConfirmOptions<T> & { signal: AbortSignal },
): Promise<T> {
  return untilWritten(() => durability.confirm(write, options), options.signal);
}
