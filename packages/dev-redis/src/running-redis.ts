import type { RedisFacts } from './ask-redis.ts';

/** A Redis that we started and that answers. */
export type RunningRedis = {
  /** Includes the password. */
  url: string;
  port: number;
  password: string;
  facts: RedisFacts;
  /** The server, or the `docker` command attached to its container. */
  pid: number | undefined;
  /** Resolves when the server has ended, for any reason. */
  ended: Promise<void>;
  /** Stops the server gracefully, and resolves when it is gone. The data stay. */
  stop(): Promise<void>;
};

export function redisUrl(port: number, password: string): string {
  return `redis://${password === '' ? '' : `:${password}@`}127.0.0.1:${port}`;
}
