const WEEKDAY_FIRST = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;
const MAX_MS = 24 * 3_600_000;

/**
 * Reads a Retry-After field (RFC 9110 §10.2.3: whole seconds, or an HTTP date in any of its three formats) as
 * milliseconds from `nowMs`, between 0 and a day. Undefined for an absent or unreadable field.
 */
export function parseRetryAfterMs(field: string | undefined, nowMs: number): number | undefined {
  const value = field?.trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1_000, MAX_MS);
  // Date.parse alone takes almost anything for a date, and a date without a zone for local time.
  if (!WEEKDAY_FIRST.test(value)) return undefined;
  const atMs = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`);
  return Number.isNaN(atMs) ? undefined : Math.min(Math.max(atMs - nowMs, 0), MAX_MS);
}
