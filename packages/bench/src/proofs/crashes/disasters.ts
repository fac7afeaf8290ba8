import type { RedisBinary } from '@sms-gateway/dev-redis';
import type { RedisClient } from '@sms-gateway/redis';

/** A Redis, or several that are one, and what may befall it. */
export type RedisUnderTest = {
  /** What the services are told of it. */
  env: Record<string, string>;
  /** Looks into it, and finds it again after what befell it. */
  client: RedisClient;
  /** Each resolves once it is over and Redis takes messages again, or will by itself. */
  disasters: Disaster[];
};

export type Disaster = { name: string; strike: () => Promise<void> };

export type RedisOptions = { binary: RedisBinary; env: NodeJS.ProcessEnv; isWeakened: boolean };

export type StartRedis = (options: RedisOptions) => Promise<RedisUnderTest & AsyncDisposable>;
