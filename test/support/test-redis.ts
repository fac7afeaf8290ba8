import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { freePort } from '../../packages/dev-redis/src/ports.ts';
import { withRedis } from '../../packages/dev-redis/src/ask-redis.ts';
import type { RedisBinary } from '../../packages/dev-redis/src/fetch-debian-redis.ts';
import { runRedisServer } from '../../packages/dev-redis/src/run-redis-server.ts';
import type { RedisClient } from '@sms-gateway/redis';
import { guard } from './guardian.ts';
import { createDatabasePool, databasesOf, withDatabase } from './redis-databases.ts';
import { HANG_MS } from './hang.ts';
import { openRedis } from './traces.ts';

export type TestRedis = AsyncDisposable & {
  url: string;
  kind: 'shared' | 'server' | 'container';
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Freezes it: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Starts it again, killing it first if it still runs: same port, same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

type Options = {
  /** Directives of its configuration, over the durable ones. */
  settings?: Record<string, string>;
  /** For tests that kill, freeze or configure it: never the one REDIS_URL names. */
  mustControl?: boolean;
  /** The server it is; by default the first of the machine. Only with `mustControl`. */
  binary?: RedisBinary | undefined;
};

/** The servers that a test which controls its Redis should try: where there is a Valkey too, both. */
export function enginesToControl(): { name: string; binary: RedisBinary | undefined }[] {
  const engines = inject('engines');
  return engines.length > 0 ? engines : [{ name: 'Redis', binary: undefined }];
}

/** The server of a test that starts several as processes. Such a test is skipped where `engines` is empty. */
export function firstEngine(): RedisBinary {
  const [engine] = inject('engines');
  if (engine === undefined) throw new Error('There is no redis-server or valkey-server on this machine.');
  return engine.binary;
}

/**
 * An empty, durable Redis for one test: a logical database of this worker's Redis, or of the one that REDIS_URL names,
 * which is emptied afterwards. A process of its own where the test must control or configure it.
 */
export async function startTestRedis({
  settings = {},
  mustControl = false,
  binary,
}: Options = {}): Promise<TestRedis> {
  if (!mustControl && Object.keys(settings).length === 0) return leaseDatabase();
  return binary === undefined ? startOwn(settings) : startServer(binary, settings);
}

/** A connection to an empty Redis, for a test that needs nothing else of it. */
export async function openTestRedis(): Promise<RedisClient & AsyncDisposable> {
  const own = await startTestRedis();
  const redis = openRedis(own.url);
  return Object.assign(redis, {
    async [Symbol.asyncDispose]() {
      redis.disconnect();
      await own.stop();
    },
  });
}

async function startOwn(settings: Record<string, string>): Promise<TestRedis> {
  const source = inject('ownRedis');
  const durable = { appendonly: 'yes', appendfsync: 'always', save: '', 'maxmemory-policy': 'noeviction' };
  switch (source.kind) {
    case 'server':
      return startServer(source.binary, settings);
    case 'container':
      return (await import('./redis-container.ts')).startContainer(source.image, { ...durable, ...settings });
    case 'url':
      throw new Error('A Redis at a URL is not one to control.');
  }
}

/** How many tests can use their worker's Redis before one gets the database of an earlier one. */
const OWN_DATABASES = 512;

type Server = { url: string; pool: ReturnType<typeof createDatabasePool> };
let server: Promise<Server> | undefined;

/** Of this worker, started with its first test; the guardian or the container runtime ends it with the worker. */
function serverOfWorker(): Promise<Server> {
  const shared = inject('sharedRedis');
  return (server ??= shared === undefined ? ownServer() : Promise.resolve(shareOf(shared)));
}

async function ownServer(): Promise<Server> {
  const { url } = await startOwn({ databases: String(OWN_DATABASES) });
  return { url, pool: createDatabasePool(Array.from({ length: OWN_DATABASES }, (_, index) => index)) };
}

/** Workers of one run are numbered from 1; each takes every nth database. */
function shareOf({ url, workers }: { url: string; workers: number }): Server {
  const worker = Number(process.env['VITEST_POOL_ID']) - 1;
  return { url, pool: createDatabasePool(databasesOf(url).filter((_, index) => index % workers === worker)) };
}

async function leaseDatabase(): Promise<TestRedis> {
  const { url: serverUrl, pool } = await serverOfWorker();
  const database = pool.lease();
  const url = withDatabase(serverUrl, database);
  const size = await withRedis(url, (redis) => redis.dbsize(), { timeoutMs: HANG_MS });
  if (size > 0) {
    throw new Error(
      `Database ${database} of Redis is not empty, and tests would empty it. Name one in REDIS_URL that is unused, as are those after it, such as redis://127.0.0.1:6379/9.`,
    );
  }
  const refuse = () => Promise.reject(new Error('Only a test with mustControl may do this to its Redis.'));
  let isLeased = true;
  const stop = async () => {
    if (!isLeased) return;
    isLeased = false;
    await withRedis(url, (redis) => redis.flushdb(), { timeoutMs: HANG_MS });
    pool.giveBack(database);
  };
  return {
    url,
    kind: 'shared',
    kill: refuse,
    pause: refuse,
    resume: refuse,
    restart: refuse,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startServer(binary: RedisBinary, settings: Record<string, string>): Promise<TestRedis> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sms-gateway-redis-'));
  const port = await freePort();
  const run = () =>
    runRedisServer({
      binary,
      dataDir,
      logFile: join(dataDir, 'redis.log'),
      port,
      password: '',
      appendfsync: 'always',
      settings,
      env: process.env,
    });
  let redis = await run();
  let release = guard(redis.pid);
  let isRunning = true;
  const end = async (how: () => unknown) => {
    if (!isRunning) return;
    isRunning = false;
    how();
    await redis.ended;
    release();
  };
  const kill = () => end(() => process.kill(redis.pid, 'SIGKILL'));

  return {
    url: redis.url,
    kind: 'server',
    kill,
    pause: async () => void process.kill(redis.pid, 'SIGSTOP'),
    resume: async () => void process.kill(redis.pid, 'SIGCONT'),
    restart: async () => {
      await kill();
      redis = await run();
      release = guard(redis.pid);
      isRunning = true;
    },
    stop: () => end(() => void redis.stop()),
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
