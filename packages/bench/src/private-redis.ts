import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedRedis } from '@sms-gateway/dev-redis';
import { Redis } from 'ioredis';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export type PrivateRedis = {
  url: string;
  description: string;
  client: Redis;
  /** Microseconds of CPU time that it has used. */
  cpuUs(): Promise<number>;
  /** Empties it, and its append-only file. */
  reset(): Promise<void>;
  stop(): Promise<void>;
};

/** A Redis of our own with `appendfsync always`. Never the one of REDIS_URL: the benchmark empties it. */
export async function startPrivateRedis(
  directory: string,
  { env, say }: { env: NodeJS.ProcessEnv; say: (line: string) => void },
): Promise<PrivateRedis> {
  const { REDIS_URL: _, ...rest } = env;
  const redis = await startEmbeddedRedis({
    dataDir: join(directory, 'redis'),
    cacheDir: join(root, '.gateway', 'cache'),
    log: say,
    env: rest,
  });
  const client = new Redis(redis.url, { maxRetriesPerRequest: null });
  // Its rewrites would fall into one slice and not into the next.
  await client.config('SET', 'auto-aof-rewrite-percentage', '0');

  return {
    url: redis.url,
    description: redis.description,
    client,
    cpuUs: async () => {
      const info = await client.info('cpu');
      const seconds = (name: string) => Number(new RegExp(`^${name}:(.+)$`, 'm').exec(info)?.[1]);
      return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6;
    },
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
