import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLineOf } from './command-line-of.ts';
import { claimDirectory, type ClaimedProcess } from './claim-directory.ts';
import type { RedisBinary } from './fetch-debian-redis.ts';
import { redisConfig, type Appendfsync } from './redis-config.ts';
import { redisUrl, type RunningRedis } from './running-redis.ts';
import { untilAnswering } from './until-answering.ts';

type Options = {
  binary: RedisBinary;
  /** Created if missing. Contains the append-only file, the configuration with the password, and the claim. */
  dataDir: string;
  logFile: string;
  port: number;
  password: string;
  appendfsync: Appendfsync;
  settings?: Record<string, string>;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
};

/** How long a Redis may take to end before it is killed. */
const PATIENCE_MS = 10_000;

/**
 * Runs a Redis on 127.0.0.1 with its data in `dataDir`, and waits until it answers. Stops one that an earlier, killed run left
 * on the same directory. Rejects with the end of its log if it does not start.
 */
export async function runRedisServer(options: Options): Promise<RunningRedis & { pid: number }> {
  const { binary, dataDir, logFile, port, password, appendfsync, settings, env, signal } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const configFile = join(dataDir, 'redis.conf');
  const claim = await claimDirectory(dataDir, (leftOver) => stopLeftOver(leftOver, configFile));
  // Not on the command line, where every user of the machine could read the password.
  const config = redisConfig({
    bind: '127.0.0.1',
    port,
    directory: dataDir,
    password,
    appendfsync,
    ...(settings !== undefined && { settings }),
  });
  await writeFile(configFile, config, { mode: 0o600 });

  const log = openSync(logFile, 'a', 0o600);
  // A separate process group: Ctrl-C in the terminal must not end Redis before the processes that still write to it.
  const child = spawn(binary.path, [configFile], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...env, ...binary.env },
  });
  closeSync(log);
  const ended = untilEnded(child).then(() => claim.release());
  if (child.pid !== undefined) claim.note({ pid: child.pid, port });

  const url = redisUrl(port, password);
  try {
    const facts = await untilAnswering({ url, child, ended, logFile, signal });
    return { url, port, password, facts, pid: facts.processId, ended, stop: () => stopChild(child, ended) };
  } catch (error) {
    await stopChild(child, ended);
    throw error;
  }
}

async function untilEnded(child: ChildProcess): Promise<void> {
  // Without a pid it was never started, so there is an error event instead of an exit.
  await (child.pid === undefined ? once(child, 'error') : once(child, 'exit'));
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  child.kill('SIGTERM');
  // A stopped process handles no signal until it continues.
  child.kill('SIGCONT');
  await ended;
  clearTimeout(timer);
}

async function stopLeftOver({ pid, port }: ClaimedProcess, configFile: string): Promise<void> {
  const isOurs = async () => {
    const commandLine = (await commandLineOf(pid)) ?? '';
    // Redis changes its title to `redis-server 127.0.0.1:PORT` after reading its configuration.
    return (
      commandLine.includes(configFile) ||
      (/redis|valkey/.test(commandLine) && commandLine.split(' ').includes(`127.0.0.1:${port}`))
    );
  };
  const deadline = Date.now() + PATIENCE_MS;
  for (let signal: NodeJS.Signals | undefined = 'SIGTERM'; await isOurs(); signal = undefined) {
    if (signal !== undefined) process.kill(pid, signal);
    process.kill(pid, Date.now() < deadline ? 'SIGCONT' : 'SIGKILL');
    await delay(50);
  }
}
