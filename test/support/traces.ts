import { connectRedis, type RedisClient } from '@sms-gateway/redis';
import { createTraceReader, type Trace } from '@sms-gateway/delivery';
import { PROCESS_HANG_MS } from './hang.ts';
import { until } from './until.ts';

/** A connection that looks into the Redis under test, as an operator's tool would. */
export function openRedis(url: string): RedisClient & Disposable {
  const redis = connectRedis({ kind: 'standalone', url }, 'worker', { name: 'test', onError: () => {} });
  return Object.assign(redis, { [Symbol.dispose]: () => redis.disconnect() });
}

/** Resolves with the trace of a message once it has its outcome. */
export async function untilConcluded(redis: RedisClient, id: unknown): Promise<Trace> {
  const traces = createTraceReader({ redis });
  return until(
    async () => {
      const trace = await traces.read(String(id));
      if (trace?.outcome === undefined) throw new Error(`no outcome yet: ${JSON.stringify(trace)}`);
      return trace;
    },
    { timeoutMs: PROCESS_HANG_MS },
  );
}
