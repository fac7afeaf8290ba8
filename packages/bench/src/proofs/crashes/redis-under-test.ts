import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findRedis, startSingleRedis } from '@sms-gateway/dev-redis';
import { connectRedis } from '@sms-gateway/redis';
import { repositoryRoot } from '../../repository.ts';
import { startCluster } from './cluster.ts';
import type { RedisOptions, RedisUnderTest, StartRedis } from './disasters.ts';
import { startSentinel } from './sentinel.ts';

const kinds: Record<string, StartRedis> = { single, sentinel: startSentinel, cluster: startCluster };

export const REDIS_KINDS = Object.keys(kinds);

export async function startRedisUnderTest(
  kind: string,
  { env, isWeakened, say }: { env: NodeJS.ProcessEnv; isWeakened: boolean; say: (line: string) => void },
): Promise<RedisUnderTest & AsyncDisposable> {
  const start = kinds[kind];
  if (start === undefined) throw new Error(`There is no Redis of the kind ${kind}.`);
  // Never the one of REDIS_URL: it is killed.
  const { REDIS_URL: _, ...rest } = env;
  const source = await findRedis({
    cacheDir: join(repositoryRoot, '.gateway', 'cache'),
    env: rest,
    log: say,
  });
  if (source.kind !== 'server')
    throw new Error('This needs a redis-server on PATH: a container is not killed.');
  return start({ binary: source.binary, env: rest, isWeakened });
}

/** Milliseconds. */
const FROZEN_MS = 3000;

async function single(options: RedisOptions): Promise<RedisUnderTest & AsyncDisposable> {
  const { isWeakened } = options;
  const redis = await startSingleRedis({ ...options, ...(isWeakened && { settings: { appendonly: 'no' } }) });
  const client = connectRedis({ kind: 'standalone', url: redis.env.REDIS_URL }, 'worker', {
    name: 'proof',
    onError: () => undefined,
  });
  return {
    env: { ...redis.env, ...(isWeakened && { DURABILITY: 'none' }) },
    client,
    disasters: [
      { name: 'redis killed', strike: () => redis.node.restart() },
      {
        name: 'redis frozen',
        strike: async () => {
          redis.node.freeze();
          await delay(FROZEN_MS);
          redis.node.thaw();
        },
      },
    ],
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await redis[Symbol.asyncDispose]();
    },
  };
}
