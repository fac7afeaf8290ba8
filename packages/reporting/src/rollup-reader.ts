import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';
import type { Rollup } from './counts.ts';
import { startOf } from './rollup-writer.ts';
import { HOUR_MS, MINUTE_MS } from './series.ts';

/** A period in equal steps, the last of which is still being counted. */
export type Window = {
  /** Milliseconds since the epoch. */
  startedAt: number;
  stepMs: number;
  /** One for each step, the oldest first. */
  steps: Rollup[];
};

/** Longer periods are read by the hour, because a page reads them every second or two. */
const MINUTES_AT_MOST = 120;

/** Reads the roll-ups of the last `lengthMs`, from the beginning of the first step. */
export async function readWindow(
  redis: RedisClient,
  { now, lengthMs }: { now: number; lengthMs: number },
): Promise<Window> {
  const isShort = lengthMs <= MINUTES_AT_MOST * MINUTE_MS;
  const [period, stepMs] = isShort ? (['minute', MINUTE_MS] as const) : (['hour', HOUR_MS] as const);
  const startedAt = startOf(now - lengthMs, stepMs) + stepMs;
  const starts = Array.from(
    { length: Math.round(lengthMs / stepMs) },
    (_, index) => startedAt + index * stepMs,
  );
  const steps = await Promise.all(starts.map((start) => redis.hgetall(gatewayKeys.rollup(period, start))));
  return { startedAt, stepMs, steps };
}
