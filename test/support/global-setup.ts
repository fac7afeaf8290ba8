import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { withRedis } from '../../packages/dev-redis/src/ask-redis.ts';
import {
  canFetchDebianRedis,
  fetchDebianRedis,
  type RedisBinary,
} from '../../packages/dev-redis/src/fetch-debian-redis.ts';
import { findExecutable } from '../../packages/dev-redis/src/find-executable.ts';
import { findRedis, findRedisServer, type RedisSource } from '../../packages/dev-redis/src/find-redis.ts';
import { repositoryRoot } from '../../packages/cli/src/repository.ts';

export type Engine = { name: string; binary: RedisBinary };

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a Redis comes from that a test starts, kills and freezes as it likes. */
    ownRedis: RedisSource;
    /** The servers that topologies are made of: the one above, and a Valkey where one is on PATH. */
    engines: Engine[];
    /** REDIS_URL, for tests that only need some Redis, and how many workers share it. */
    sharedRedis: { url: string; workers: number } | undefined;
  }
}

const settled = Symbol.for('sms-gateway.redis-for-tests');

/** Settles once for the whole run where Redis comes from, since that may mean a download. */
export default async function setUp(project: TestProject): Promise<void> {
  const run = globalThis as { [settled]?: ReturnType<typeof settle> };
  const { own, url, engines } = await (run[settled] ??= settle());
  project.provide('ownRedis', own);
  project.provide('engines', engines);
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
  return { own, url, engines: await enginesOf({ cacheDir, env, log }) };
}

/** None where no server can be run as a process of this machine. */
async function enginesOf(options: Parameters<typeof fetchDebianRedis>[0]): Promise<Engine[]> {
  const first = await findRedisServer(options).catch(() => undefined);
  if (first === undefined) return [];
  const { binary } = first;
  const valkey = findExecutable(['valkey-server'], options.env['PATH']);
  if (valkey === undefined) return [{ name: 'Redis', binary }];
  const engines = [{ name: 'Valkey', binary: { path: valkey, env: {} } }];
  if (binary.path !== valkey) return [{ name: 'Redis', binary }, ...engines];
  if (!canFetchDebianRedis(options.env)) return engines;
  return [{ name: 'Redis', binary: await fetchDebianRedis(options) }, ...engines];
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
