import { setTimeout as delay } from 'node:timers/promises';

type Options = { everyMs: number; timeoutMs: number; now: () => number };

/** Resolves with true once `look` does, and with false after the timeout. */
export async function poll(
  { everyMs, timeoutMs, now }: Options,
  look: () => Promise<boolean>,
): Promise<boolean> {
  for (const deadline = now() + timeoutMs; ; await delay(everyMs)) {
    if (await look()) return true;
    if (now() > deadline) return false;
  }
}
