import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findRedisServer, startSingleRedis, type TopologyOptions } from '@sms-gateway/dev-redis';
import { connectRedis } from '@sms-gateway/redis';
import { repositoryRoot } from '../../repository.ts';
import { startCluster } from './cluster.ts';
import type { RedisUnderTest, StartRedis } from './disasters.ts';
import { startSentinel } from './sentinel.ts';

const kinds: Record<string, StartRedis> = { single, sentinel: startSentinel, cluster: startCluster };

export const REDIS_KINDS = Object.keys(kinds);

export async function startRedisUnderTest(
  kind: string,
  { env, directory, say }: { env: NodeJS.ProcessEnv; directory: string; say: (line: string) => void },
): Promise<RedisUnderTest & AsyncDisposable> {
  const start = kinds[kind];
  if (start === undefined) throw new Error(`There is no Redis of the kind ${kind}.`);
  // Never the one of REDIS_URL: it is killed.
  const { REDIS_URL: _, ...rest } = env;
  const { binary } = await findRedisServer({
    cacheDir: join(repositoryRoot, '.gateway', 'cache'),
    env: rest,
    log: say,
  });
  return start({ binary, env: rest, parentDirectory: directory });
}

/** Milliseconds. */
const FROZEN_MS = 3000;

async function single(options: TopologyOptions): Promise<RedisUnderTest & AsyncDisposable> {
  const { node, env, ...redis } = await startSingleRedis(options);
  const client = connectRedis({ kind: 'standalone', url: env.REDIS_URL }, 'worker', {
    name: 'proof',
    onError: () => undefined,
  });
  return {
    env,
    client,
    disasters: [
      { name: 'redis killed', kind: 'kill', strike: () => node.restart() },
      {
        name: 'redis frozen',
        kind: 'freeze',
        strike: async () => {
          node.freeze();
          await delay(FROZEN_MS);
          node.thaw();
        },
      },
    ],
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await redis[Symbol.asyncDispose]();
    },
  };
}
