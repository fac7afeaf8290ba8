import { gatewayKeys } from '@sms-gateway/contract';
import type { RedisClient } from '@sms-gateway/redis';
import { z } from 'zod';
import { ROLLUP_TTL_MS } from './series.ts';

const errorSchema = z.object({ result: z.string(), code: z.string(), at: z.number() });

/** The last failed attempt at a provider. `at` in milliseconds since the epoch. */
export type LastError = z.infer<typeof errorSchema>;

export type LastErrors = {
  note(provider: string, error: LastError): void;
  /** Writes the errors noted since the last flush. Also happens once a second. */
  flush(): Promise<void>;
  stop(): Promise<void>;
};

const INTERVAL_MS = 1000;

/** Keeps the last error of each provider in Redis, with at most one write per second. */
export function createLastErrors({ redis }: { redis: RedisClient }): LastErrors {
  const noted = new Map<string, LastError>();

  async function flush(): Promise<void> {
    if (noted.size === 0 || redis.status !== 'ready') return;
    const fields = [...noted].flatMap(([provider, error]) => [provider, JSON.stringify(error)]);
    noted.clear();
    await redis.hset(gatewayKeys.lastErrors, ...fields);
    await redis.pexpire(gatewayKeys.lastErrors, ROLLUP_TTL_MS);
  }
  const quietly = () => flush().catch(() => undefined);
  const timer = setInterval(() => void quietly(), INTERVAL_MS);

  return {
    note: (provider, error) => void noted.set(provider, error),
    flush,
    stop: async () => {
      clearInterval(timer);
      await quietly();
    },
  };
}

/** The last errors, by provider. */
export async function readLastErrors(redis: RedisClient): Promise<Map<string, LastError>> {
  const fields = Object.entries(await redis.hgetall(gatewayKeys.lastErrors));
  return new Map(
    fields.flatMap(([provider, text]) => {
      const error = errorSchema.safeParse(JSON.parse(text)).data;
      return error === undefined ? [] : [[provider, error] as const];
    }),
  );
}
