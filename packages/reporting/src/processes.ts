import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';
import { z } from 'zod';

const providerSchema = z.object({
  isAvailable: z.boolean(),
  /** Why it is not available, in words. */
  reason: z.string().optional(),
});

const statusSchema = z.object({
  service: z.string(),
  /** Host and process id. */
  name: z.string(),
  version: z.string(),
  startedAt: z.number(),
  /** When it last reported. All times in milliseconds since the epoch. */
  seenAt: z.number(),
  /** Why it is not ready; empty if it is. */
  reasons: z.array(z.string()),
  /** When the last reload of the configuration failed. */
  reloadFailedAt: z.number().optional(),
  providers: z.record(z.string(), providerSchema).optional(),
  limits: z
    .array(z.object({ connection: z.string(), rule: z.string(), mode: z.string(), max: z.string() }))
    .optional(),
  /** Destinations that its configuration blocks. */
  blockedDestinations: z.array(z.string()).optional(),
});

/** The status that one process reports. */
export type ProcessStatus = z.infer<typeof statusSchema>;

/** The part of the status that changes while the process runs. */
export type ProcessReport = Omit<ProcessStatus, 'service' | 'name' | 'version' | 'startedAt' | 'seenAt'>;

export type Heartbeat = { stop(): Promise<void> };

const INTERVAL_MS = 1000;
/** A process that has not reported for longer counts as gone. */
const SILENT_MS = 5000;

type Deps = {
  redis: RedisClient;
  service: string;
  name: string;
  version: string;
  now: () => number;
  describe: () => ProcessReport;
};

/** Reports once a second that this process is alive, and its status. */
export function createHeartbeat({ redis, service, name, version, now, describe }: Deps): Heartbeat {
  const startedAt = now();
  const field = `${service} ${name}`;

  async function beat(): Promise<void> {
    const status: ProcessStatus = { service, name, version, startedAt, seenAt: now(), ...describe() };
    await redis.hset(gatewayKeys.processes, field, JSON.stringify(status));
  }

  const timer = setInterval(() => {
    // Errors of the connection are reported elsewhere.
    if (redis.status === 'ready') beat().catch(() => undefined);
  }, INTERVAL_MS);

  return {
    stop: async () => {
      clearInterval(timer);
      if (redis.status === 'ready') await redis.hdel(gatewayKeys.processes, field).catch(() => undefined);
    },
  };
}

/** The live processes. Removes those that have not reported for a while, such as killed ones. */
export async function readProcesses(redis: RedisClient, now: () => number): Promise<ProcessStatus[]> {
  const fields = Object.entries(await redis.hgetall(gatewayKeys.processes));
  const known = fields.map(([field, text]) => ({ field, status: parse(text) }));
  const isSilent = (status: ProcessStatus | undefined, forMs: number) =>
    status === undefined || now() - status.seenAt > forMs;
  const gone = known.filter(({ status }) => isSilent(status, 12 * SILENT_MS)).map(({ field }) => field);
  if (gone.length > 0) await redis.hdel(gatewayKeys.processes, ...gone);
  return known.flatMap(({ status }) => (status === undefined || isSilent(status, SILENT_MS) ? [] : [status]));
}

/**
 * Destinations that the configurations of the live processes block; undefined if no process reports. Uses the clock of
 * Redis, because a command may run on a machine with a wrong clock. @throws {Error} from Redis.
 */
export async function readConfiguredBlocks(redis: RedisClient): Promise<string[] | undefined> {
  const [seconds] = await redis.time();
  const processes = await readProcesses(redis, () => Number(seconds) * 1000);
  if (processes.length === 0) return undefined;
  return [...new Set(processes.flatMap(({ blockedDestinations = [] }) => blockedDestinations))];
}

function parse(text: string): ProcessStatus | undefined {
  try {
    return statusSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
