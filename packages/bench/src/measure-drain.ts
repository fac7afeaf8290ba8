import type { PrivateRedis } from './private-redis.ts';
import { cpuPerMessage, createMeter, peakMemory } from './meter.ts';
import type { FilledQueue } from './filled-queue.ts';
import type { Program } from './program.ts';
import type { Figures } from './rounds.ts';
import { sharedClockMs } from './shared-clock.ts';

/** Resolves when the program, told `{ expect: n }` now, has counted n messages. */
export async function untilCounted(program: Program, messages: number): Promise<number> {
  const isFinished = (answer: object): answer is { finishedAtMs: number } => 'finishedAtMs' in answer;
  return (await program.ask({ expect: messages }, isFinished)).finishedAtMs;
}

/** How many messages the program has counted. */
export async function countedBy(program: Program): Promise<number> {
  const isCount = (answer: object): answer is { counted: number } => 'counted' in answer;
  return (await program.ask('counted', isCount)).counted;
}

type Options = {
  workers: readonly Program[];
  /** What counts the messages: the provider, or a worker that calls none. */
  counter: Program;
  queue: FilledQueue;
  messages: number;
};

/** Fills an empty queue, and measures what it takes to work it off. */
export async function measureDrain(
  redis: PrivateRedis,
  { workers, counter, queue, messages }: Options,
): Promise<Figures> {
  await redis.reset();
  await queue.pause();
  await queue.fill(messages);
  const meter = createMeter(redis, { worker: workers });
  const before = await meter.read();
  const counted = untilCounted(counter, messages);
  const startedAtMs = sharedClockMs();
  await queue.resume();
  const finishedAtMs = await counted;
  await queue.untilIdle();
  const after = await meter.read();
  const { 'load, CPU us/message': _, ...cpu } = cpuPerMessage(before, after, messages);
  return { 'messages/s': (messages / (finishedAtMs - startedAtMs)) * 1000, ...cpu, ...peakMemory(after) };
}
