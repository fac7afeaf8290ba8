const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a text such as `250ms`, `180s`, `3m` or `1h`; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,12})(ms|s|m|h)$/.exec(text) ?? [];
  const unitMs = UNIT_MS[unit ?? ''];
  return amount === undefined || unitMs === undefined ? undefined : Number(amount) * unitMs;
}
