import { gatewayKeys } from '@sms-gateway/contract';
import { evalScript, loadScript, type RedisClient } from '@sms-gateway/redis';
import type { Registry } from 'prom-client';
import { HOUR_MS, MINUTE_MS, ROLLUP_TTL_MS, seriesName } from './series.ts';

const ADD = loadScript<{
  keys: 'minute' | 'hour';
  args: { counts: Record<string, number>; keep_ms: number };
  answer: null;
}>(new URL('../src/add-rollup.lua', import.meta.url));

/** A metric whose increase is rolled up, and what its series are called. */
export type RolledUp = {
  metric: string;
  event: string;
  /** Labels that stay apart, in this order. The others are added up. */
  labels: readonly string[];
};

export type RollupWriter = {
  /** Adds to Redis what was counted since the last time. Also happens once a second. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

type Deps = {
  redis: RedisClient;
  registry: Registry;
  metrics: readonly RolledUp[];
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Told of a flush that failed. Its counts go with the next one. */
  onError: (error: unknown) => void;
};

const INTERVAL_MS = 1000;

/**
 * Keeps roll-ups of a process's own metrics in Redis, so that a page and a doctor see what all processes do without
 * Prometheus, and nothing is counted in two places. A flush without an answer may have been added and is added again with
 * the next one: these are figures for people, not an account.
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

  /** One at a time, so that nothing is added twice. */
  function flush(): Promise<void> {
    current ??= flushOnce()
      .catch(onError)
      .finally(() => {
        current = undefined;
      });
    return current;
  }

  const timer = setInterval(() => {
    // Waiting in the connection's own queue would only pile up.
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

/** Counters by their labels, and histograms by labels and upper bound of each bucket, the bounds in milliseconds. */
async function totalsOf(registry: Registry, metrics: readonly RolledUp[]): Promise<Map<string, number>> {
  const totals = new Map<string, number>();
  for (const { metric, event, labels } of metrics) {
    const read = await registry.getSingleMetric(metric)?.get();
    for (const value of read?.values ?? []) {
      // Of a histogram only the buckets.
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
