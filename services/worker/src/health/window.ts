/** What the result of one call says about the health of its provider. */
export type CallVerdict = 'fine' | 'failed' | 'faulted';

export type WindowCounts = { calls: number; failed: number; faulted: number };

export type SlidingWindow = {
  add(verdict: CallVerdict, durationMs: number): void;
  counts(): WindowCounts;
  /** Milliseconds within which this share of the calls in the window ended. Undefined without a call. */
  latencyMs(share: number): number | undefined;
  clear(): void;
};

const WINDOW_MS = 60_000;
const BUCKET_MS = 5_000;
/** Durations kept per bucket: enough for a percentile at any traffic. */
const MAX_DURATIONS = 200;

type Bucket = WindowCounts & { startsAt: number; durationsMs: number[] };

/** The calls of the last minute, in buckets of five seconds. `random` gives [0, 1). */
export function createSlidingWindow({
  now,
  random,
}: {
  now: () => number;
  random: () => number;
}): SlidingWindow {
  let buckets: Bucket[] = [];

  function live(): Bucket[] {
    const oldest = now() - WINDOW_MS;
    if (buckets[0] !== undefined && buckets[0].startsAt + BUCKET_MS <= oldest) {
      buckets = buckets.filter(({ startsAt }) => startsAt + BUCKET_MS > oldest);
    }
    return buckets;
  }

  function current(): Bucket {
    const startsAt = Math.floor(now() / BUCKET_MS) * BUCKET_MS;
    const last = live().at(-1);
    // After the clock was set back, calls go into the newest bucket.
    if (last !== undefined && last.startsAt >= startsAt) return last;
    const bucket = { startsAt, calls: 0, failed: 0, faulted: 0, durationsMs: [] };
    buckets.push(bucket);
    return bucket;
  }

  return {
    add: (verdict, durationMs) => {
      const bucket = current();
      bucket.calls += 1;
      if (verdict === 'failed') bucket.failed += 1;
      if (verdict === 'faulted') bucket.faulted += 1;
      if (bucket.durationsMs.length < MAX_DURATIONS) bucket.durationsMs.push(durationMs);
      else {
        // Reservoir sampling: every call of the bucket is equally likely to be kept.
        const place = Math.floor(random() * bucket.calls);
        if (place < MAX_DURATIONS) bucket.durationsMs[place] = durationMs;
      }
    },
    counts: () => {
      const total = { calls: 0, failed: 0, faulted: 0 };
      for (const { calls, failed, faulted } of live()) {
        total.calls += calls;
        total.failed += failed;
        total.faulted += faulted;
      }
      return total;
    },
    latencyMs: (share) => {
      // Each kept duration stands for an equal share of the calls of its bucket.
      const kept = live()
        .flatMap(({ calls, durationsMs }) =>
          durationsMs.map((ms) => ({ ms, calls: calls / durationsMs.length })),
        )
        .toSorted((a, b) => a.ms - b.ms);
      let below = share * kept.reduce((sum, { calls }) => sum + calls, 0);
      for (const { ms, calls } of kept) {
        below -= calls;
        if (below < 0) return ms;
      }
      return kept.at(-1)?.ms;
    },
    clear: () => {
      buckets = [];
    },
  };
}
