import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { inject, vi } from 'vitest';
import { freePort } from '../../packages/dev-redis/src/ports.ts';
import { withRedis } from '../../packages/dev-redis/src/ask-redis.ts';
import type { RedisBinary } from '../../packages/dev-redis/src/fetch-debian-redis.ts';
import { runRedisServer } from '../../packages/dev-redis/src/run-redis-server.ts';

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
};

/**
 * An empty, durable Redis for one test. With REDIS_URL, and unless it must be controlled, a logical database of that
 * one, which must be empty and is emptied afterwards.
 */
export async function startTestRedis({
  settings = {},
  mustControl = false,
}: Options = {}): Promise<TestRedis> {
  const sharedUrl = inject('sharedRedisUrl');
  if (sharedUrl !== undefined && !mustControl && Object.keys(settings).length === 0)
    return shareRedis(sharedUrl);
  const source = inject('ownRedis');
  const durable = { appendonly: 'yes', appendfsync: 'always', save: '', 'maxmemory-policy': 'noeviction' };
  switch (source.kind) {
    case 'server':
      return startServer(source.binary, settings);
    case 'container':
      return startContainer(source.image, { ...durable, ...settings });
    case 'url':
      throw new Error('A Redis at a URL is not one to control.');
  }
}

async function shareRedis(url: string): Promise<TestRedis> {
  const size = await withRedis(url, (redis) => redis.dbsize());
  if (size > 0) {
    throw new Error(
      'The database that REDIS_URL names is not empty, and tests would empty it. Name an unused one, such as redis://127.0.0.1:6379/9.',
    );
  }
  const refuse = () => Promise.reject(new Error('Only a test with mustControl may do this to its Redis.'));
  const stop = () => withRedis(url, async (redis) => void (await redis.flushdb()));
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
  let isRunning = true;
  const end = async (how: () => unknown) => {
    if (!isRunning) return;
    isRunning = false;
    how();
    await redis.ended;
  };
  const kill = () => end(() => process.kill(redis.pid, 'SIGKILL'));
  // Vitest ends its workers without a chance to await anything.
  const killAtExit = () => void kill();
  process.once('exit', killAtExit);

  return {
    url: redis.url,
    kind: 'server',
    kill,
    pause: async () => void process.kill(redis.pid, 'SIGSTOP'),
    resume: async () => void process.kill(redis.pid, 'SIGCONT'),
    restart: async () => {
      await kill();
      redis = await run();
      isRunning = true;
    },
    stop: () => end(() => void redis.stop()),
    async [Symbol.asyncDispose]() {
      process.off('exit', killAtExit);
      await kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startContainer(image: string, settings: Record<string, string>): Promise<TestRedis> {
  const port = await freePort();
  // On Linux the host's own network, so that several Redis reach each other as on one machine.
  const isOnHost = process.platform === 'linux';
  const directives = {
    ...settings,
    'protected-mode': 'no',
    ...(isOnHost ? { port: String(port), bind: '127.0.0.1' } : {}),
  };
  const options = Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value]);
  const definition = new GenericContainer(image).withCommand(['redis-server', ...options]);
  const container = await (isOnHost
    ? definition.withNetworkMode('host')
    : definition.withExposedPorts({ container: 6379, host: port })
  ).start();
  const { container: client } = await getContainerRuntimeClient();
  const handle = client.getById(container.getId());
  const isUp = async () => (await handle.inspect()).State.Running;
  const url = `redis://127.0.0.1:${port}`;
  const untilAnswering = () => vi.waitFor(() => withRedis(url, (redis) => redis.ping()), { timeout: 30_000 });
  await untilAnswering();

  const resume = async () => {
    if ((await handle.inspect()).State.Paused) await handle.unpause();
  };
  const kill = async () => {
    if (!(await isUp())) return;
    await resume();
    await handle.kill();
    await handle.wait();
  };
  return {
    url,
    kind: 'container',
    kill,
    pause: async () => void (await handle.pause()),
    resume,
    restart: async () => {
      await kill();
      await handle.start();
      await untilAnswering();
    },
    stop: async () => void (await handle.stop()),
    async [Symbol.asyncDispose]() {
      await resume();
      await handle.remove({ force: true, v: true });
    },
  };
}
