import { connectRedis, type RedisClient } from '@sms-gateway/redis';

export type RedisFacts = { name: 'Redis' | 'Valkey'; version: string; processId: number };

type Options = { timeoutMs?: number };

/**
 * Opens one connection, runs `question` with it and closes it. Rejects with the first error, without retries: refused,
 * wrong password, or not ready within `timeoutMs`.
 */
export async function withRedis<Answer>(
  url: string,
  question: (redis: RedisClient) => Promise<Answer>,
  { timeoutMs = 2000 }: Options = {},
): Promise<Answer> {
  let fail: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_resolve, reject) => (fail = reject));
  const redis = connectRedis({ kind: 'standalone', url }, 'producer', {
    onError: fail,
    name: 'sms-gateway-cli',
  });
  const ready = new Promise((resolve) => redis.once('ready', resolve));
  const timer = setTimeout(fail, timeoutMs, new Error(`not ready within ${timeoutMs} ms`));
  try {
    await Promise.race([ready, failure]);
    clearTimeout(timer);
    return await Promise.race([question(redis), failure]);
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** Name, version and process of the server at `url`. Rejects if none answers, or while it loads its data. */
export function askRedis(url: string, options?: Options): Promise<RedisFacts> {
  return withRedis(url, async (redis) => parseInfo(await redis.info('server')), options);
}

function parseInfo(info: string): RedisFacts {
  const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim();
  const valkey = field('valkey_version');
  return {
    name: valkey === undefined ? 'Redis' : 'Valkey',
    version: valkey ?? field('redis_version') ?? 'unknown',
    processId: Number(field('process_id')),
  };
}
