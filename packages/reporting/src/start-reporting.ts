import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import type { RedisClient } from '@sms-gateway/redis';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { createHeartbeat, type ProcessReport } from './processes.ts';
import { ROLLED_UP } from './rolled-up.ts';
import { createRollupWriter } from './rollup-writer.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(createRequire(import.meta.url)('../package.json') as unknown);

export type Reporting = {
  /** Writes the remaining counts. Call it before the connection closes. */
  stop(): Promise<void>;
};

type Deps = {
  redis: RedisClient;
  registry: Registry;
  service: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  describe: () => ProcessReport;
  /** Called with the error of a roll-up that could not be written. */
  onError: (error: unknown) => void;
};

/** Reports the metrics and the status of a process to Redis once a second, for the console and the doctor. */
export function startReporting({ redis, registry, service, now, describe, onError }: Deps): Reporting {
  const rollups = createRollupWriter({ redis, registry, metrics: ROLLED_UP, now, onError });
  const heartbeat = createHeartbeat({
    redis,
    service,
    // One process can run several services.
    name: `${hostname()}:${process.pid}:${randomBytes(2).toString('hex')}`,
    version,
    now,
    describe,
  });
  return {
    stop: async () => {
      await Promise.all([rollups.stop(), heartbeat.stop()]);
    },
  };
}
