import { parseSeriesName } from './series.ts';

/** What a stretch of time counted, by series. */
export type Counts = ReadonlyMap<string, number>;

export function addCounts(all: readonly Counts[]): Counts {
  const sum = new Map<string, number>();
  for (const counts of all) for (const [name, count] of counts) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}

/** The series of one event, with their labels. */
export function seriesOf(counts: Counts, event: string): { labels: string[]; count: number }[] {
  return [...counts].flatMap(([name, count]) => {
    const series = parseSeriesName(name);
    return series.event === event ? [{ labels: series.labels, count }] : [];
  });
}

/** The sum of one event's series whose labels are these; `undefined` stands for any. */
export function total(counts: Counts, event: string, ...wanted: readonly (string | undefined)[]): number {
  return seriesOf(counts, event)
    .filter(({ labels }) => wanted.every((label, at) => label === undefined || labels[at] === label))
    .reduce((sum, { count }) => sum + count, 0);
}

/** The cumulative buckets of one histogram, whose first label is the upper bound in milliseconds. */
export function bucketsOf(
  counts: Counts,
  event: string,
  ...wanted: readonly (string | undefined)[]
): Map<number, number> {
  const buckets = new Map<number, number>();
  for (const { labels, count } of seriesOf(counts, event)) {
    const [bound = 'inf', ...others] = labels;
    if (!wanted.every((label, at) => label === undefined || others[at] === label)) continue;
    const boundMs = bound === 'inf' ? Infinity : Number(bound);
    buckets.set(boundMs, (buckets.get(boundMs) ?? 0) + count);
  }
  return buckets;
}
