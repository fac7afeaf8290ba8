import { setTimeout as delay } from 'node:timers/promises';

type Options = { everyMs: number; timeoutMs: number; now: () => number };

/** Resolves with true once the look says so, and with false when it has not until the end of the time. */
export async function poll(
  { everyMs, timeoutMs, now }: Options,
  look: () => Promise<boolean>,
): Promise<boolean> {
  for (const deadline = now() + timeoutMs; ; await delay(everyMs)) {
    if (await look()) return true;
    if (now() > deadline) return false;
  }
}
