import { setTimeout as delay } from 'node:timers/promises';
import type { BenchContext } from './bench-context.ts';
import { startClosedLoop } from './load/closed-loop.ts';
import { cpuPerMessage, createMeter, peakMemory } from './meter.ts';
import type { Figures } from './rounds.ts';
import type { Listening } from './services.ts';
import { quantile } from './statistics.ts';

export const CONNECTIONS = 64;
const WARM_UP_MS = 300;
/** A program that has just started on a busy machine accepts far fewer messages a second than it does later. */
const LEAST_PER_SECOND = 4000;

type Options = {
  windowMs: number;
  requests: readonly Buffer[];
};

/** Loads programs that accept messages, with 64 connections each, and measures them after a short warm-up. */
export async function measureAccepting(
  { redis }: Pick<BenchContext, 'redis'>,
  programs: readonly Listening[],
  { windowMs, requests }: Options,
): Promise<Figures> {
  const meter = createMeter(redis, { ingress: programs });
  const load = await startClosedLoop({
    ports: programs.map(({ port }) => port),
    connections: CONNECTIONS * programs.length,
    requests,
  });
  const pause = (ms: number) => Promise.race([load.done, delay(ms)]);
  const read = async () => {
    const reading = await meter.read();
    return { ...reading, answered: load.latenciesMs.length };
  };
  await pause(WARM_UP_MS);
  const before = await read();
  await pause(windowMs);
  const after = await read();
  await load.stop();
  if (load.latenciesMs.length === requests.length)
    throw new Error('there were too few requests for the load');

  const answered = after.answered - before.answered;
  const latenciesMs = load.latenciesMs.slice(before.answered, after.answered);
  const perSecond = (answered / (after.atMs - before.atMs)) * 1000;
  const cpu = cpuPerMessage(before, after, answered);
  return {
    'accepted/s': perSecond,
    ...cpu,
    'ingress, cores': ((cpu['ingress, CPU us/message'] ?? Number.NaN) * perSecond) / 1e6,
    'latency p50, ms': quantile(latenciesMs, 0.5),
    'latency p99, ms': quantile(latenciesMs, 0.99),
    ...peakMemory(after),
  };
}

/** Makes more requests for each slice than it can take, by what the slice before took. */
export function createRequestsForSlice(context: Pick<BenchContext, 'requests'>, windowMs: number) {
  let perSecond = LEAST_PER_SECOND;
  return {
    take: () => context.requests.take(Math.ceil((perSecond * 3 * (windowMs + WARM_UP_MS)) / 1000)).requests,
    took: (figures: Figures) => {
      perSecond = Math.max(LEAST_PER_SECOND, figures['accepted/s'] ?? 0);
      return figures;
    },
  };
}
