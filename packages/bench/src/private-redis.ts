import { join } from 'node:path';
import { startEmbeddedRedis } from '@sms-gateway/dev-redis';
import { Redis } from 'ioredis';
import { repositoryRoot } from './repository.ts';

export type PrivateRedis = {
  url: string;
  description: string;
  client: Redis;
  /** Microseconds of CPU time that it has used. */
  cpuUs(): Promise<number>;
  memoryBytes(): Promise<number>;
  /** Empties it and its append-only file. */
  reset(): Promise<void>;
  stop(): Promise<void>;
};

/** A private Redis with `appendfsync always`. It is never the one of REDIS_URL, because the benchmark empties it. */
export async function startPrivateRedis(
  directory: string,
  { env, say, signal }: { env: NodeJS.ProcessEnv; say: (line: string) => void; signal?: AbortSignal },
): Promise<PrivateRedis> {
  const { REDIS_URL: _, ...rest } = env;
  const redis = await startEmbeddedRedis({
    dataDir: join(directory, 'redis'),
    cacheDir: join(repositoryRoot, '.gateway', 'cache'),
    log: say,
    env: rest,
    signal,
  });
  const client = new Redis(redis.url, { maxRetriesPerRequest: null });
  // A rewrite would fall into one slice and not into the next.
  await client.config('SET', 'auto-aof-rewrite-percentage', '0');

  return {
    url: redis.url,
    description: redis.description,
    client,
    cpuUs: async () => {
      const info = await client.info('cpu');
      return (figure(info, 'used_cpu_user') + figure(info, 'used_cpu_sys')) * 1e6;
    },
    memoryBytes: async () => figure(await client.info('memory'), 'used_memory'),
    reset: async () => {
      await client.flushall();
      await client.bgrewriteaof();
      let info: string;
      do info = await client.info('persistence');
      while (/aof_rewrite_(in_progress|scheduled):1/.test(info));
    },
    stop: async () => {
      client.disconnect();
      await redis.stop();
    },
  };
}

function figure(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(.+)$`, 'm').exec(info)?.[1]);
}
