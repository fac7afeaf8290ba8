import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from './ports.ts';
import { findRedis, type RedisSource } from './find-redis.ts';
import type { Appendfsync } from './redis-config.ts';
import { runRedisContainer } from './run-redis-container.ts';
import { runRedisServer } from './run-redis-server.ts';

export type EmbeddedRedis = {
  /** Includes the password, so it must not be shown or logged. */
  url: string;
  version: string;
  /** For people: `Redis 7.0.15, private, from …`. */
  description: string;
  /** Absent for a Redis that we did not start. */
  pid: number | undefined;
  /** Resolves when a Redis that we started has ended; never for another one. */
  ended: Promise<void>;
  /** Stops a Redis that we started; its data stay for the next start. Does nothing to another one. */
  stop(): Promise<void>;
};

type Options = {
  /** Created if missing; accepted messages survive here. */
  dataDir: string;
  /** Where a downloaded Redis is kept. */
  cacheDir: string;
  logFile?: string;
  log: (line: string) => void;
  env: NodeJS.ProcessEnv;
  /** Aborts the start, and leaves nothing running. */
  signal?: AbortSignal | undefined;
  appendfsync?: Appendfsync;
};

/**
 * A persistent Redis for one machine: the one of `REDIS_URL`, or a private one from the first source that applies (see
 * `findRedis`). @throws {NoRedisError} with a message on how to install Redis.
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
