import type { PrivateRedis } from './private-redis.ts';
import type { Program } from './program.ts';
import type { Figures } from './rounds.ts';
import { sharedClockMs } from './shared-clock.ts';

/** What is measured, by the name that tables show. A group of processes counts as one. */
export type Measured = Record<string, readonly Pick<Program, 'usage'>[]>;

type Reading = { atMs: number; cpuUs: Record<string, number>; peakRssBytes: Record<string, number> };

export type Meter = {
  /** What was used so far. */
  read(): Promise<Reading>;
};

/** Reads the CPU time of processes, of Redis, and of this process, which makes the load. */
export function createMeter(redis: Pick<PrivateRedis, 'cpuUs'>, measured: Measured): Meter {
  return {
    read: async () => {
      const groups = await Promise.all(
        Object.entries(measured).map(async ([name, programs]) => {
          const usages = await Promise.all(programs.map((program) => program.usage()));
          const cpuUs = usages.reduce((sum, usage) => sum + usage.cpuUs, 0);
          return { name, cpuUs, peakRssBytes: Math.max(...usages.map((usage) => usage.peakRssBytes)) };
        }),
      );
      const redisUs = await redis.cpuUs();
      const { user, system } = process.cpuUsage();
      return {
        atMs: sharedClockMs(),
        cpuUs: {
          ...Object.fromEntries(groups.map(({ name, cpuUs }) => [name, cpuUs])),
          Redis: redisUs,
          load: user + system,
        },
        peakRssBytes: Object.fromEntries(groups.map(({ name, peakRssBytes }) => [name, peakRssBytes])),
      };
    },
  };
}

/** CPU time per message between two readings, in microseconds. */
export function cpuPerMessage(before: Reading, after: Reading, messages: number): Figures {
  return Object.fromEntries(
    Object.entries(after.cpuUs).map(([name, cpuUs]) => [
      `${name}, CPU us/message`,
      (cpuUs - (before.cpuUs[name] ?? 0)) / messages,
    ]),
  );
}

export function peakMemory({ peakRssBytes }: Reading): Figures {
  return Object.fromEntries(
    Object.entries(peakRssBytes).map(([name, bytes]) => [`${name}, peak memory MB`, bytes / 1e6]),
  );
}

/** What one core would carry if Redis had it for itself. */
export function perRedisCore(figures: Figures): Figures {
  return { 'messages/s of one Redis core': 1e6 / (figures['Redis, CPU us/message'] ?? Number.NaN) };
}
