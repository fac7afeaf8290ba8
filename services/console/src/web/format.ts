const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** The time of day, with the date if it is not today. */
export function timeOf(iso: string, now = new Date()): string {
  const at = new Date(iso);
  return at.toDateString() === now.toDateString() ? clock.format(at) : full.format(at);
}

/** A duration for people: `85 ms`, `1.2 s`, `3 min`, `2 h`. */
export function durationOf(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 2 * 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** A ratio between 0 and 1 as a percentage; a dash if `whole` is 0. */
export function percentOf(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  return `${percent >= 99.95 || percent < 0.05 ? Math.round(percent) : percent.toFixed(1)} %`;
}

export const numberOf = (value: number) => value.toLocaleString();

const regionNames = new Intl.DisplayNames(undefined, { type: 'region' });

/** The name for an ISO 3166-1 alpha-2 code. */
export const countryName = (code: string) =>
  /^[A-Z]{2}$/.test(code) ? `${regionNames.of(code) ?? code} (${code})` : 'No country';
