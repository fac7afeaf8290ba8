import type { BenchContext } from './bench-context.ts';
import { fillSharedWindows } from './full-windows.ts';
import { startClosedLoop } from './load/closed-loop.ts';
import { CONNECTIONS } from './measure-accepting.ts';
import { untilCounted } from './measure-drain.ts';
import { cpuPerMessage, createMeter, peakMemory, perRedisCore } from './meter.ts';
import type { Pair } from './pairs.ts';
import type { Figures } from './rounds.ts';
import { sharedClockMs } from './shared-clock.ts';

/** Empties Redis but for what a day of messages left in the counters. */
export async function prepareRedis(
  { redis }: Pick<BenchContext, 'redis'>,
  { isOurs, queue }: Pair,
): Promise<void> {
  await redis.reset();
  if (isOurs) await fillSharedWindows(redis);
  await queue.untilIdle();
}

/** Accepts and delivers a number of messages at full speed. */
export async function measureDelivery(context: BenchContext, pair: Pair, messages: number): Promise<Figures> {
  const { ingress, worker, provider, queue } = pair;
  await prepareRedis(context, pair);
  const { requests } = context.requests.take(messages);
  const meter = createMeter(context.redis, { ingress: [ingress], worker: [worker] });
  const before = await meter.read();
  const delivered = untilCounted(provider, messages);
  const startedAtMs = sharedClockMs();
  const load = await startClosedLoop({ ports: [ingress.port], connections: CONNECTIONS, requests });
  await load.done;
  const finishedAtMs = await delivered;
  await queue.untilIdle();
  const after = await meter.read();
  const cpu = cpuPerMessage(before, after, messages);
  return {
    'delivered/s': (messages / (finishedAtMs - startedAtMs)) * 1000,
    ...cpu,
    ...perRedisCore(cpu),
    ...peakMemory(after),
  };
}
