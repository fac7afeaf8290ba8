import { parseSeriesName } from './series.ts';

/** A roll-up as Redis keeps it: the name of each series, and what it counted. */
export type Rollup = Readonly<Record<string, string | number>>;

/** A counter with its labels. */
export type Series = { labels: readonly string[]; count: number };

/** What a period counted: the series of each event. */
export type Counts = ReadonlyMap<string, readonly Series[]>;

/** Adds up roll-ups. */
export function countsOf(rollups: readonly Rollup[]): Counts {
  const sums = new Map<string, number>();
  for (const rollup of rollups) {
    for (const [name, count] of Object.entries(rollup)) sums.set(name, (sums.get(name) ?? 0) + Number(count));
  }
  const counts = new Map<string, Series[]>();
  for (const [name, count] of sums) {
    const { event, labels } = parseSeriesName(name);
    const known = counts.get(event);
    if (known === undefined) counts.set(event, [{ labels, count }]);
    else known.push({ labels, count });
  }
  return counts;
}

/** The series of one event. */
export function seriesOf(counts: Counts, event: string): readonly Series[] {
  return counts.get(event) ?? [];
}

/** The distinct values of one label of an event's series, sorted. */
export function labelsOf(counts: Counts, event: string, at: number): string[] {
  return [...new Set(seriesOf(counts, event).map(({ labels }) => labels[at] ?? ''))].toSorted();
}

/** The sum of one event's series that have these labels; `undefined` stands for any. */
export function total(counts: Counts, event: string, ...wanted: readonly (string | undefined)[]): number {
  return seriesOf(counts, event)
    .filter(({ labels }) => wanted.every((label, at) => label === undefined || labels[at] === label))
    .reduce((sum, { count }) => sum + count, 0);
}

/** Receipts that report, as final, that the message did not arrive. */
export function undelivered(counts: Counts, provider?: string, country?: string): number {
  return ['undelivered', 'failed', 'expired'].reduce(
    (sum, status) => sum + total(counts, 'receipt', provider, country, status),
    0,
  );
}

/** The cumulative buckets of one histogram, whose first label is the upper bound in milliseconds. */
export function bucketsOf(
  counts: Counts,
  event: string,
  ...wanted: readonly (string | undefined)[]
): Map<number, number> {
  return new Map(
    labelsOf(counts, event, 0).map((bound) => [
      bound === 'inf' ? Infinity : Number(bound),
      total(counts, event, bound, ...wanted),
    ]),
  );
}
