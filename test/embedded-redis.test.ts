import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { commandLineOf } from '../packages/dev-redis/src/command-line-of.ts';
import { startEmbeddedRedis } from '../packages/dev-redis/src/embedded-redis.ts';
import { runCommand } from '../packages/dev-redis/src/run-command.ts';
import { freePort } from '../packages/dev-redis/src/ports.ts';
import { withRedis } from '../packages/dev-redis/src/ask-redis.ts';
import { containerName } from '../packages/dev-redis/src/run-redis-container.ts';
import { runRedisServer } from '../packages/dev-redis/src/run-redis-server.ts';
import { repositoryRoot } from '../packages/cli/src/repository.ts';
import { startTestRedis } from './support/test-redis.ts';
import { until } from './support/until.ts';

const cacheDir = join(repositoryRoot, '.gateway', 'cache');

async function setup({ env = {} }: { env?: NodeJS.ProcessEnv } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sms-gateway-embedded-'));
  const dataDir = join(folder, 'data');
  const started: { stop(): Promise<void> }[] = [];
  const { REDIS_URL: _, ...inherited } = process.env;
  return {
    folder,
    dataDir,
    async start() {
      const redis = await startEmbeddedRedis({
        dataDir,
        cacheDir,
        log: () => undefined,
        env: { ...inherited, ...env },
      });
      started.push(redis);
      return redis;
    },
    async [Symbol.asyncDispose]() {
      for (const redis of started) await redis.stop();
      await runCommand('docker', ['volume', 'rm', containerName(dataDir)], {
        env: inherited,
        timeoutMs: 10_000,
      });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const setting = (url: string, name: string) =>
  withRedis(url, async (redis) => ((await redis.call('CONFIG', 'GET', name)) as string[])[1]);

test('an embedded Redis syncs every write to the disk and evicts nothing', async () => {
  await using embedded = await setup();

  const { url } = await embedded.start();

  expect(await setting(url, 'appendonly')).toBe('yes');
  expect(await setting(url, 'appendfsync')).toBe('always');
  expect(await setting(url, 'maxmemory-policy')).toBe('noeviction');
});

test('it requires the password', async () => {
  await using embedded = await setup();

  const url = new URL((await embedded.start()).url);
  url.password = '';

  await expect(withRedis(url.href, (redis) => redis.ping())).rejects.toThrow(/NOAUTH|not ready/);
});

test('data survive a stop and a start, and a stop leaves no process', async () => {
  await using embedded = await setup();
  const first = await embedded.start();
  await withRedis(first.url, (redis) => redis.set('kept', 'yes'));

  await first.stop();

  expect(await commandLineOf(first.pid!)).toBeUndefined();
  const second = await embedded.start();
  expect(await withRedis(second.url, (redis) => redis.get('kept'))).toBe('yes');
});

test('the Redis of REDIS_URL is used as it is, and not stopped', async () => {
  await using given = await startTestRedis({ mustControl: true });
  await using embedded = await setup({ env: { REDIS_URL: given.url } });

  const redis = await embedded.start();
  await redis.stop();

  expect(redis.url).toBe(given.url);
  expect(existsSync(embedded.dataDir)).toBe(false);
  expect(await withRedis(given.url, (client) => client.ping())).toBe('PONG');
});

test('a REDIS_URL that does not answer is named, without its password', async () => {
  const port = await freePort();
  await using embedded = await setup({ env: { REDIS_URL: `redis://:hidden@127.0.0.1:${port}` } });

  const failure = await embedded.start().catch((error: Error) => error.message);

  expect(failure).toContain(`127.0.0.1:${port}`);
  expect(failure).toContain('ECONNREFUSED');
  expect(failure).not.toContain('hidden');
});

test('a data directory in use by a living run is refused', async () => {
  await using embedded = await setup();
  await embedded.start();

  await expect(embedded.start()).rejects.toThrow(`in use by another run (process ${process.pid})`);
});

const source = inject('ownRedis');

describe.skipIf(source.kind !== 'server')(
  'with a redis-server program (skipped where Docker provides Redis):',
  () => {
    const binary = source.kind === 'server' ? source.binary : { path: '', env: {} };

    test('one that a killed run left, even frozen, is stopped, and its data are kept', async () => {
      await using embedded = await setup();
      const leftOver = await runInKilledProcess(embedded.dataDir, binary);
      process.kill(leftOver.pid, 'SIGSTOP');

      const redis = await embedded.start();

      expect(await commandLineOf(leftOver.pid)).toBeUndefined();
      expect(await withRedis(redis.url, (client) => client.get('left'))).toBe('behind');
    });

    test('the end of its log is in the error when it does not start', async () => {
      await using embedded = await setup();

      const start = runRedisServer({
        binary,
        dataDir: embedded.dataDir,
        logFile: join(embedded.folder, 'redis.log'),
        port: await freePort(),
        password: '',
        appendfsync: 'always',
        settings: { 'maxmemory-policy': 'whatever' },
        env: process.env,
      });

      await expect(start).rejects.toThrow(/ended with exit code 1[^]*maxmemory-policy/);
    });

    test('its password is in no command line and in no file that others can read', async () => {
      await using embedded = await setup();

      const { url, pid } = await embedded.start();

      expect(await commandLineOf(pid!)).not.toContain(new URL(url).password);
      expect((await stat(join(embedded.dataDir, 'redis.conf'))).mode & 0o077).toBe(0);
    });
  },
);

/** A Redis whose owner, as its claim says, is a process that is gone. */
async function runInKilledProcess(dataDir: string, binary: Parameters<typeof runRedisServer>[0]['binary']) {
  const script = `
    const { runRedisServer } = await import(${JSON.stringify(join(repositoryRoot, 'packages/dev-redis/dist/run-redis-server.js'))});
    const { withRedis } = await import(${JSON.stringify(join(repositoryRoot, 'packages/dev-redis/dist/ask-redis.js'))});
    const redis = await runRedisServer(${JSON.stringify({ binary, dataDir, logFile: `${dataDir}.log`, port: await freePort(), password: '', appendfsync: 'always' })});
    await withRedis(redis.url, (client) => client.set('left', 'behind'));
    process.stdout.write(String(redis.pid));
    process.kill(process.pid, 'SIGKILL');`;
  const { stdout, stderr } = await runCommand(process.execPath, ['--input-type=module', '--eval', script], {
    env: process.env,
    timeoutMs: 20_000,
  });
  expect(stderr).toBe('');
  const pid = Number(stdout);
  expect(await commandLineOf(pid)).toContain('redis');
  return { pid };
}

test.skipIf(!existsSync('/etc/debian_version'))(
  "without any Redis and Docker, Debian's package is fetched and run (skipped on other systems)",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sms-gateway-path-'));
    await linkProgramsExcept(folder, /^(redis|valkey)-server$|^docker/);
    await using embedded = await setup({ env: { PATH: folder } });

    const redis = await embedded.start();

    expect(redis.description).toContain("the distribution's redis-server");
    expect(await setting(redis.url, 'appendfsync')).toBe('always');
    await redis.stop();
    await until(async () => expect(await commandLineOf(redis.pid!)).toBeUndefined());
    await rm(folder, { recursive: true });
  },
  120_000,
);

async function linkProgramsExcept(folder: string, hidden: RegExp): Promise<void> {
  for (const directory of ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']) {
    for (const name of await readdir(directory)) {
      const link = join(folder, name);
      if (!hidden.test(name) && !existsSync(link))
        await symlink(join(directory, name), link).catch(() => undefined);
    }
  }
}
