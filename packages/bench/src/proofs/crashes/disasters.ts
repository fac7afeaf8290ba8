import type { TopologyOptions } from '@sms-gateway/dev-redis';
import type { RedisClient } from '@sms-gateway/redis';

/** A Redis, or several that are one, and what may befall it. */
export type RedisUnderTest = {
  /** What the services are told of it. */
  env: Record<string, string>;
  /** Looks into it, and finds it again after what befell it. */
  client: RedisClient;
  disasters: Disaster[];
};

export type Disaster = {
  name: string;
  kind: 'kill' | 'freeze' | 'cut-off' | 'planned failover';
  /** Another node becomes the primary. */
  promotes?: true;
  /** Resolves once it is over and Redis takes messages again, or will by itself. */
  strike: () => Promise<unknown>;
};

export type StartRedis = (options: TopologyOptions) => Promise<RedisUnderTest & AsyncDisposable>;
