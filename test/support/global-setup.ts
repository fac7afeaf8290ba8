import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { withRedis } from '../../packages/dev-redis/src/ask-redis.ts';
import { findRedis, type RedisSource } from '../../packages/dev-redis/src/find-redis.ts';
import { repositoryRoot } from '../../packages/dev-redis/src/repository.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a Redis comes from that a test starts, kills and freezes as it likes. */
    ownRedis: RedisSource;
    /** REDIS_URL, for tests that only need some Redis, and how many workers share it. */
    sharedRedis: { url: string; workers: number } | undefined;
  }
}

const settled = Symbol.for('sms-gateway.redis-for-tests');

/** Settles once for the whole run where Redis comes from, since that may mean a download. */
export default async function setUp(project: TestProject): Promise<void> {
  const run = globalThis as { [settled]?: Promise<{ own: RedisSource; url: string | undefined }> };
  const { own, url } = await (run[settled] ??= settle());
  project.provide('ownRedis', own);
  project.provide('sharedRedis', url === undefined ? undefined : { url, workers: project.config.maxWorkers });
}

async function settle() {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const cacheDir = join(repositoryRoot, '.gateway', 'cache');
  const env = { ...process.env };
  const url = env['REDIS_URL'] || undefined;

  if (url !== undefined) {
    log(`Redis for tests: ${(await findRedis({ cacheDir, env, log })).description}.`);
    await demandDurable(url);
  }
  delete env['REDIS_URL'];
  const own = await findRedis({ cacheDir, env, log });
  log(`Redis for tests${url === undefined ? '' : ' that must control it'}: ${own.description}.`);
  return { own, url };
}

/** What the gateway itself demands; without it every test would fail, each in its own words. */
async function demandDurable(url: string): Promise<void> {
  const { appendonly, appendfsync } = await withRedis(url, async (redis) => {
    return Object.fromEntries(pairsOf(await redis.config('GET', 'append*')));
  });
  if (appendonly === 'yes' && appendfsync === 'always') return;
  throw new Error(
    'The Redis that REDIS_URL names needs "appendonly yes" and "appendfsync always"; or unset REDIS_URL.',
  );
}

function pairsOf(flat: string[]): [string, string | undefined][] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : []));
}
