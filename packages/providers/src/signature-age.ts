const TOLERANCE_MS = 5 * 60_000;

/** Whether a signature's time, in seconds since the epoch, is within five minutes of `nowMs`, before or after. */
export function isRecent(timestampSeconds: number, nowMs: number): boolean {
  return Math.abs(nowMs - timestampSeconds * 1000) <= TOLERANCE_MS;
}
