import { connectRedis, createDurabilityCheck, type RedisClient } from '@sms-gateway/queue';
import type { IngressConfig } from '@sms-gateway/runtime';
import { redisErrorCode } from '../../send/follow.ts';

export type RedisLook =
  | {
      kind: 'looked';
      /** Why it does not hold what a 200 promises; none where it does. */
      reasons: string[];
      /** How far its clock is ahead of this machine's. */
      skewMs: number;
    }
  /** `code` is the system's or Redis's own, such as ECONNREFUSED or WRONGPASS. */
  | { kind: 'unreachable'; code: string };

const CONNECT_TIMEOUT_MS = 5_000;

/** Connects as the ingress does, and looks at what the ingress looks at. */
export async function lookAtRedis(
  { redis: config, durability }: Pick<IngressConfig, 'redis' | 'durability'>,
  now: () => number,
): Promise<RedisLook> {
  let lastError: Error | undefined;
  let fail: () => void = () => undefined;
  const failure = new Promise<'failed'>((resolve) => {
    fail = () => resolve('failed');
  });
  const redis = connectRedis(config, 'producer', {
    name: 'sms-gateway-doctor',
    onError: (error) => {
      lastError = error;
      // Behind Sentinel and in a Cluster one node may be away.
      if (config.kind === 'standalone') fail();
    },
  });
  const timer = setTimeout(fail, CONNECT_TIMEOUT_MS);
  const ready = new Promise<'ready'>((resolve) => {
    redis.once('ready', () => resolve('ready'));
  });
  try {
    if ((await Promise.race([ready, failure])) === 'failed') {
      return { kind: 'unreachable', code: redisErrorCode(lastError) };
    }
    const skewMs = await skewOf(redis, now);
    return { kind: 'looked', reasons: await reasonsOf(redis, durability), skewMs };
  } catch (error) {
    return { kind: 'unreachable', code: redisErrorCode(error) };
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

async function reasonsOf(
  redis: RedisClient,
  { mode, replicas }: IngressConfig['durability'],
): Promise<string[]> {
  const check = createDurabilityCheck({ redis, mode, replicas });
  try {
    return (await check.verify()).reasons;
  } finally {
    check.stop();
  }
}

/** By the middle of the call, so that a slow network is not taken for a wrong clock. */
async function skewOf(redis: RedisClient, now: () => number): Promise<number> {
  const askedAt = now();
  const [seconds, microseconds] = await redis.time();
  const middle = (askedAt + now()) / 2;
  return Number(seconds) * 1000 + Number(microseconds) / 1000 - middle;
}
