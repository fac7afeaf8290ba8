import type { RedisConfig } from '@sms-gateway/config';
import { Cluster, Redis } from 'ioredis';

export type RedisClient = Redis | Cluster;

export function isRedisCluster(redis: RedisClient): redis is Cluster {
  return redis instanceof Cluster;
}

type Role = 'producer' | 'worker';

// A failover leaves us connected to what is now a replica; only a new connection finds the master.
const reconnectOnError = (error: Error) => error.message.startsWith('READONLY');
const retryStrategy = (attempt: number) => Math.min(50 * 2 ** (attempt - 1), 1000);

type Link = {
  connectTimeout: number;
  maxRetriesPerRequest: number | null;
  enableOfflineQueue: boolean;
  commandTimeout?: number;
  socketTimeout?: number;
};

const links: Record<Role, Link> = {
  // Answers at once or within commandTimeout. Nothing is kept for later or sent twice behind our back:
  // somebody waits at the other end of an HTTP request, and what failed here is answered with 503.
  producer: {
    connectTimeout: 2000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: 1500,
    // Traffic of the durability check passes every second, so silence means a dead peer.
    socketTimeout: 4000,
  },
  // Waits for Redis to come back: an outcome that is known must be written, however late.
  worker: {
    connectTimeout: 2000,
    maxRetriesPerRequest: null,
    enableOfflineQueue: true,
    // Longer than BullMQ lets its blocking connection wait for a message (10 s).
    socketTimeout: 15_000,
  },
};

/**
 * Opens the connection of one process to Redis. Errors of the connection are reported through `onError`; ioredis
 * reconnects by itself, at most a second after Redis is back.
 */
export function connectRedis(
  config: RedisConfig,
  role: Role,
  { onError, name }: { onError: (error: Error) => void; name: string },
): RedisClient {
  const redis = open(config, links[role], name);
  redis.on('error', onError);
  return redis;
}

function open(config: RedisConfig, link: Link, connectionName: string): RedisClient {
  const common = { ...link, connectionName, reconnectOnError };
  switch (config.kind) {
    case 'standalone':
      return new Redis(config.url, { ...common, retryStrategy });
    case 'sentinel':
      return new Redis({
        ...common,
        ...fromUrl(config.url),
        retryStrategy,
        sentinels: config.nodes,
        name: config.name,
        failoverDetector: true,
      });
    case 'cluster': {
      const { enableOfflineQueue, ...perNode } = common;
      return new Cluster(config.nodes, {
        redisOptions: { ...perNode, ...fromUrl(config.url) },
        enableOfflineQueue,
        clusterRetryStrategy: retryStrategy,
        slotsRefreshTimeout: 2000,
      });
    }
  }
}

/** Credentials, database and TLS for nodes whose addresses come from elsewhere. */
function fromUrl(url: string): { username?: string; password?: string; db?: number; tls?: object } {
  const { protocol, username, password, pathname } = new URL(url);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 && { db: Number(pathname.slice(1)) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}
