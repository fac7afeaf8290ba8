import type { RedisFacts } from './ask-redis.ts';

/** A Redis of our own that answers. */
export type RunningRedis = {
  /** With its password. */
  url: string;
  port: number;
  password: string;
  facts: RedisFacts;
  /** Of the server, or of the `docker` command attached to its container. */
  pid: number | undefined;
  /** Resolves when the server has ended, by our doing or not. */
  ended: Promise<void>;
  /** Ends the server in good order; it is gone when this resolves. The data stay. */
  stop(): Promise<void>;
};

export function redisUrl(port: number, password: string): string {
  return `redis://${password === '' ? '' : `:${password}@`}127.0.0.1:${port}`;
}
