import { vi } from 'vitest';
import { HANG_MS } from './hang.ts';

type Options = {
  /** Only ever a limit for hangs. */
  timeoutMs?: number;
  intervalMs?: number;
};

/**
 * Resolves with what `check` returns, once it neither throws nor rejects. Rejects with its last error when it hangs.
 * Use it instead of `vi.waitFor`, whose limit of one second fails on a busy machine.
 */
export function until<Value>(
  check: () => Value | Promise<Value>,
  { timeoutMs = HANG_MS, intervalMs = 20 }: Options = {},
): Promise<Value> {
  return vi.waitFor(check, { timeout: timeoutMs, interval: intervalMs });
}
