/** Names one counter of a roll-up: `event|label|label`. Labels are short words, never a number or a text. */
export function seriesName(event: string, ...labels: readonly string[]): string {
  return [event, ...labels].join('|');
}

export function parseSeriesName(name: string): { event: string; labels: string[] } {
  const [event = '', ...labels] = name.split('|');
  return { event, labels };
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** How long roll-ups are kept: as long as traces. */
export const ROLLUP_TTL_MS = 72 * HOUR_MS;
