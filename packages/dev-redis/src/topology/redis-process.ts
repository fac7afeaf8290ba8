import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RedisClient } from '@sms-gateway/redis';
import { withRedis } from '../ask-redis.ts';
import type { RedisBinary } from '../fetch-debian-redis.ts';
import { lastLines } from '../last-lines.ts';
import { untilAnswering } from '../until-answering.ts';
import type { Keeper } from './keeper.ts';

/** One server of a topology: a data node or a Sentinel. */
export type RedisProcess = {
  name: string;
  host: string;
  /** The port for everybody but the test itself. */
  port: number;
  /** Sends SIGKILL, and resolves when it is gone. Its data stay. */
  kill(): Promise<void>;
  /** Freezes it: connections stay open, but nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Starts it again, killing it first if it still runs. With `empty`, without its data. */
  restart(options?: { empty?: boolean }): Promise<void>;
  /** Asks it directly, even if it is cut off. */
  ask<Answer>(question: (redis: RedisClient) => Promise<Answer>): Promise<Answer>;
  log(): Promise<string>;
};

type Options = {
  binary: RedisBinary;
  keeper: Keeper;
  name: string;
  directory: string;
  host: string;
  port: number;
  /** The port on which the server itself listens. */
  ownPort: number;
  /** User and password for `ask`, as in a URL: `user:password@`. */
  credentials?: string;
  config: string;
  isSentinel?: boolean;
  env: NodeJS.ProcessEnv;
};

export async function startRedisProcess(options: Options): Promise<RedisProcess> {
  const { binary, keeper, name, directory, host, port, ownPort, config, isSentinel = false, env } = options;
  const configFile = join(directory, isSentinel ? 'sentinel.conf' : 'redis.conf');
  const logFile = join(directory, 'redis.log');
  const url = `redis://${options.credentials ?? ''}${host}:${ownPort}`;
  await writeFile(configFile, config, { mode: 0o600 });

  let running: { pid: number; ended: Promise<void>; send: (signal: NodeJS.Signals) => void } | undefined;

  async function start(): Promise<void> {
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(binary.path, [configFile, ...(isSentinel ? ['--sentinel'] : [])], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...env, ...binary.env },
    });
    closeSync(log);
    if (child.pid === undefined) throw await once(child, 'error').then(([error]: unknown[]) => error);
    const { pid } = child;
    keeper.keep(pid);
    child.once('exit', () => {
      keeper.release(pid);
      if (running?.pid === pid) running = undefined;
    });
    const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
    running = { pid, ended, send: (signal) => void child.kill(signal) };
    await untilAnswering({ url, child, ended, logFile });
  }

  async function kill(): Promise<void> {
    if (running === undefined) return;
    running.send('SIGKILL');
    await running.ended;
  }

  await start();
  return {
    name,
    host,
    port,
    kill,
    freeze: () => running?.send('SIGSTOP'),
    thaw: () => running?.send('SIGCONT'),
    restart: async ({ empty = false } = {}) => {
      await kill();
      if (empty) await rm(join(directory, 'appendonlydir'), { recursive: true, force: true });
      await start();
    },
    ask: (question) => withRedis(url, question),
    log: async () => (await lastLines(logFile, 200)).join('\n'),
  };
}
