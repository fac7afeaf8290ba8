import { causeOf, connectRedis, type RedisClient } from '@sms-gateway/redis';
import type { RedisConfig } from '@sms-gateway/config';
import { redisErrorCode } from './send/follow.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** `code` is that of the system or of Redis, such as ECONNREFUSED or WRONGPASS. */
export type Unreachable = { kind: 'unreachable'; code: string };

/**
 * Connects as the ingress does, runs `work`, and disconnects. A refusal by Redis counts as unreachable too.
 * @throws {TypeError | RangeError} for a bug in `work`.
 */
export async function reachRedis<Result>(
  config: RedisConfig,
  name: string,
  work: (redis: RedisClient) => Promise<Result>,
): Promise<{ kind: 'reached'; result: Result } | Unreachable> {
  let lastError: Error | undefined;
  let fail: () => void = () => undefined;
  const failure = new Promise<'failed'>((resolve) => {
    fail = () => resolve('failed');
  });
  const redis = connectRedis(config, 'producer', {
    name,
    onError: (error) => {
      lastError = error;
      // Behind Sentinel and in a Cluster one node may be down.
      if (config.kind === 'standalone') fail();
    },
  });
  const timer = setTimeout(fail, CONNECT_TIMEOUT_MS);
  const ready = new Promise<'ready'>((resolve) => {
    redis.once('ready', () => resolve('ready'));
  });
  try {
    if ((await Promise.race([ready, failure])) === 'failed') {
      return { kind: 'unreachable', code: redisErrorCode(causeOf(redis) ?? lastError) };
    }
    return { kind: 'reached', result: await work(redis) };
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    return { kind: 'unreachable', code: redisErrorCode(error) };
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** Names the host, but neither user nor password. */
export function describeRedis(config: RedisConfig): string {
  const nodes = config.kind === 'standalone' ? [new URL(config.url).host] : config.nodes.map(hostAndPort);
  return `Redis at ${nodes.join(', ')}`;
}

function hostAndPort({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`;
}
