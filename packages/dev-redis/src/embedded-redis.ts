import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { findRedis, type RedisSource } from './find-redis.ts';
import type { Appendfsync } from './redis-config.ts';
import { runRedisContainer } from './run-redis-container.ts';
import { runRedisServer } from './run-redis-server.ts';

export type EmbeddedRedis = {
  /** With its password: not for a screen or a log. */
  url: string;
  version: string;
  /** What it is, for people: `Redis 7.0.15, private, data in …`. */
  description: string;
  /** Absent for a Redis that is not ours. */
  pid: number | undefined;
  /** Resolves when a Redis of ours has ended; never for one that is not. */
  ended: Promise<void>;
  /** Ends a Redis of ours; its data stay for the next start. Leaves one that is not ours alone. */
  stop(): Promise<void>;
};

type Options = {
  /** Made if missing; what is accepted survives here. */
  dataDir: string;
  /** Where a Redis is kept that had to be downloaded. */
  cacheDir: string;
  logFile?: string;
  log: (line: string) => void;
  env: NodeJS.ProcessEnv;
  /** Gives up what is under way, and leaves nothing running. */
  signal?: AbortSignal | undefined;
  appendfsync?: Appendfsync;
};

/**
 * A persistent Redis for one machine: the one `REDIS_URL` names, else a private one from the first source that
 * applies (see `findRedis`). Throws `NoRedisError` with one message on how to install Redis.
 */
export async function startEmbeddedRedis(options: Options): Promise<EmbeddedRedis> {
  return runRedis(await findRedis(options), options);
}

async function runRedis(
  source: RedisSource,
  { dataDir, logFile = join(dataDir, 'redis.log'), env, signal, appendfsync = 'always' }: Options,
): Promise<EmbeddedRedis> {
  if (source.kind === 'url') {
    return {
      url: source.url,
      version: source.version,
      description: source.description,
      pid: undefined,
      ended: new Promise(() => undefined),
      stop: async () => undefined,
    };
  }
  const own = {
    dataDir,
    logFile,
    port: await freePort(),
    password: randomBytes(24).toString('base64url'),
    appendfsync,
    env,
    signal,
  };
  const redis =
    source.kind === 'server'
      ? await runRedisServer({ ...own, binary: source.binary })
      : await runRedisContainer({ ...own, image: source.image });
  const { name, version } = redis.facts;
  return {
    url: redis.url,
    version,
    description: `${name} ${version}, private, from ${source.description}`,
    pid: redis.pid,
    ended: redis.ended,
    stop: () => redis.stop(),
  };
}
