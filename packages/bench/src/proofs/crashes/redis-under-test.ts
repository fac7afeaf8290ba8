import { join } from 'node:path';
import { findRedis, type RedisBinary, startSingleRedis } from '@sms-gateway/dev-redis';
import { connectRedis, type RedisClient } from '@sms-gateway/redis';
import { repositoryRoot } from '../../repository.ts';

/** A Redis, or several that are one, and what may befall it. */
export type RedisUnderTest = {
  /** What the services are told of it. */
  env: Record<string, string>;
  /** Looks into it, and finds it again after what befell it. */
  client: RedisClient;
  /** Each resolves once it is over and Redis takes messages again, or will by itself. */
  disasters: Disaster[];
};

export type Disaster = { name: string; strike: () => Promise<void> };

type Options = { binary: RedisBinary; env: NodeJS.ProcessEnv };

const kinds: Record<string, (options: Options) => Promise<RedisUnderTest & AsyncDisposable>> = { single };

export const REDIS_KINDS = Object.keys(kinds);

export async function startRedisUnderTest(
  kind: string,
  { env, say }: { env: NodeJS.ProcessEnv; say: (line: string) => void },
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
  return start({ binary: source.binary, env: rest });
}

async function single(options: Options): Promise<RedisUnderTest & AsyncDisposable> {
  const redis = await startSingleRedis(options);
  const client = connectRedis({ kind: 'standalone', url: redis.env.REDIS_URL }, 'worker', {
    name: 'proof',
    onError: () => undefined,
  });
  return {
    env: redis.env,
    client,
    disasters: [{ name: 'redis killed', strike: () => redis.node.restart() }],
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await redis[Symbol.asyncDispose]();
    },
  };
}
