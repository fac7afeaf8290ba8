/**
 * The quantile `q` of a histogram in milliseconds, from its cumulative buckets (upper bound in milliseconds to count).
 * Linear within a bucket, as Prometheus's histogram_quantile. Null if nothing was counted; beyond the last bound, that
 * bound.
 */
export function quantileOf(buckets: ReadonlyMap<number, number>, q: number): number | null {
  const sorted = [...buckets].toSorted(([a], [b]) => a - b);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const rank = q * total;
  let lower = { bound: 0, count: 0 };
  for (const [bound, count] of sorted) {
    if (count >= rank) {
      if (!Number.isFinite(bound)) return lower.bound;
      const share = count === lower.count ? 1 : (rank - lower.count) / (count - lower.count);
      return lower.bound + share * (bound - lower.bound);
    }
    lower = { bound, count };
  }
  return lower.bound;
}
