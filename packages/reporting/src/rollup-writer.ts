import { gatewayKeys } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';
import type { Registry } from 'prom-client';
import { HOUR_MS, MINUTE_MS, ROLLUP_TTL_MS, seriesName } from './series.ts';

const ADD = loadScript<{
  keys: 'minute' | 'hour';
  args: { counts: Record<string, number>; keep_ms: number };
  answer: null;
}>(new URL('../src/add-rollup.lua', import.meta.url));

/** A metric whose increase is rolled up, and the names of its series. */
export type RolledUp = {
  metric: string;
  event: string;
  /** Labels that are kept, in this order. The others are summed up. */
  labels: readonly string[];
};

export type RollupWriter = {
  /** Adds to Redis what was counted since the last flush. Also happens once a second. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

type Deps = {
  redis: RedisClient;
  registry: Registry;
  metrics: readonly RolledUp[];
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Called with the error of a failed flush. The next flush includes its counts. */
  onError: (error: unknown) => void;
};

const INTERVAL_MS = 1000;

/**
 * Rolls up the metrics of a process in Redis, so that the console and the doctor see all processes without Prometheus. A
 * flush without an answer is repeated and may count twice: these figures are for people, not for accounting.
 */
export function createRollupWriter({ redis, registry, metrics, now, onError }: Deps): RollupWriter {
  let flushed = new Map<string, number>();
  let current: Promise<void> | undefined;

  async function flushOnce(): Promise<void> {
    const totals = await totalsOf(registry, metrics);
    const counts: Record<string, number> = {};
    for (const [series, total] of totals) {
      const increase = total - (flushed.get(series) ?? 0);
      if (increase > 0) counts[series] = increase;
    }
    if (Object.keys(counts).length === 0) return;
    const at = now();
    await evalScript(redis, ADD, {
      keys: {
        minute: gatewayKeys.rollup('minute', startOf(at, MINUTE_MS)),
        hour: gatewayKeys.rollup('hour', startOf(at, HOUR_MS)),
      },
      args: { counts, keep_ms: ROLLUP_TTL_MS },
    });
    flushed = totals;
  }

  /** One flush at a time, so that nothing is added twice. */
  function flush(): Promise<void> {
    current ??= flushOnce()
      .catch(onError)
      .finally(() => {
        current = undefined;
      });
    return current;
  }

  const timer = setInterval(() => {
    // Without a connection, flushes would pile up in its queue.
    if (redis.status === 'ready') void flush();
  }, INTERVAL_MS);

  return {
    flush,
    stop: async () => {
      clearInterval(timer);
      await current;
      if (redis.status === 'ready') await flush();
    },
  };
}

export function startOf(at: number, periodMs: number): number {
  return at - (at % periodMs);
}

/** Counters by labels; histograms by the upper bound of each bucket in milliseconds, and labels. */
async function totalsOf(registry: Registry, metrics: readonly RolledUp[]): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  for (const { metric, event, labels } of metrics) {
    const read = await registry.getSingleMetric(metric)?.get();
    for (const value of read?.values ?? []) {
      // Only the buckets of a histogram.
      if ('metricName' in value && value.metricName !== `${metric}_bucket`) continue;
      const given: Partial<Record<string, string | number>> = value.labels;
      const { le } = given;
      const bound = le === undefined ? [] : [le === '+Inf' ? 'inf' : String(Math.round(Number(le) * 1000))];
      const series = seriesName(event, ...bound, ...labels.map((label) => String(given[label] ?? '')));
      totals.set(series, (totals.get(series) ?? 0) + value.value);
    }
  }
  return totals;
}
