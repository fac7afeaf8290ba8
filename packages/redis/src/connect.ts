import type { RedisConfig } from '@sms-gateway/config';
import { Cluster, Redis } from 'ioredis';
import { settleConnect } from './settle-connect.ts';

export type RedisClient = Redis | Cluster;

export function isRedisCluster(redis: RedisClient): redis is Cluster {
  return redis instanceof Cluster;
}

type Role = 'producer' | 'worker';

export type SentinelConfig = RedisConfig & { kind: 'sentinel' };

// A failover leaves us connected to what is now a replica; only a new connection finds the master.
const reconnectOnError = (error: Error) => error.message.startsWith('READONLY');
const retryStrategy = (attempt: number) => Math.min(50 * 2 ** (attempt - 1), 1000);

/** Milliseconds within which a Sentinel, or a node of a Cluster asked about the others, has to answer. */
const SENTINEL_TIMEOUT_MS = 1000;

type Link = {
  connectTimeout: number;
  maxRetriesPerRequest: number | null;
  enableOfflineQueue: boolean;
  commandTimeout?: number;
  socketTimeout?: number;
};

const links: Record<Role, Link> = {
  // Answers at once or within commandTimeout. Nothing is queued or sent twice behind our back:
  // an HTTP request is waiting, and a failure here is answered with 503.
  producer: {
    connectTimeout: 2000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: 1500,
    // Traffic of the durability check passes every second, so silence means a dead peer.
    socketTimeout: 4000,
  },
  // Waits for Redis to return: a known outcome must be stored, however late.
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
    case 'sentinel': {
      const redis = new Redis({
        ...common,
        ...fromUrl(config.url),
        retryStrategy,
        ...sentinelOptions(config),
        sentinels: config.nodes,
        name: config.name,
        enableTLSForSentinelMode: config.url.startsWith('rediss:'),
        // One that is frozen must not hold up the search for the primary.
        sentinelCommandTimeout: SENTINEL_TIMEOUT_MS,
        sentinelRetryStrategy: retryStrategy,
        natMap: {},
      });
      followFailovers(redis, config);
      return redis;
    }
    case 'cluster': {
      const { enableOfflineQueue, ...perNode } = common;
      const cluster = settleConnect(
        new Cluster(config.nodes, {
          redisOptions: { ...perNode, ...fromUrl(config.url) },
          enableOfflineQueue,
          clusterRetryStrategy: retryStrategy,
          slotsRefreshTimeout: SENTINEL_TIMEOUT_MS,
          // A frozen primary closes nothing: only a look at the slots shows that another has taken its place.
          slotsRefreshInterval: 1000,
        }),
      );
      askForCauses(cluster, config);
      return cluster;
    }
  }
}

/** The last error of the servers that lead to Redis: Sentinels, or nodes of a Cluster. */
const causes = new WeakMap<RedisClient, Error>();

/** The cause of an error that ioredis reports without one, if known. */
export function causeOf(redis: RedisClient): Error | undefined {
  return causes.get(redis);
}

/** Where no node can be reached, connects to one to find out why: ioredis's errors of a Cluster do not say it (6.0.0). */
function askForCauses(cluster: Cluster, config: RedisConfig & { kind: 'cluster' }): void {
  let probe: Redis | undefined;
  cluster.on('error', () => {
    const [node] = config.nodes;
    if (probe !== undefined || node === undefined) return;
    probe = new Redis({
      ...node,
      ...fromUrl(config.url),
      connectTimeout: SENTINEL_TIMEOUT_MS,
      retryStrategy: null,
    });
    probe.on('error', (error) => causes.set(cluster, error));
    probe.once('ready', () => probe?.disconnect());
    probe.once('end', () => (probe = undefined));
  });
  cluster.on('ready', () => causes.delete(cluster));
}

/** Lifetime of a redirection in milliseconds. */
const REDIRECTION_MS = 10_000;

/**
 * For a while, leads to `to` where a Sentinel says `from`: one that is cut off from the others goes on naming the old
 * primary, and ioredis trusts the first that answers.
 */
export function redirect(redis: RedisClient, { from, to }: { from: string; to: string }): void {
  if (isRedisCluster(redis)) return;
  const { natMap } = redis.options;
  if (typeof natMap !== 'object' || natMap === null) return;
  natMap[from] = parseAddress(to);
  setTimeout(() => delete natMap[from], REDIRECTION_MS).unref();
}

/** @param address host:port */
export function parseAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
}

/**
 * Reconnects at once when a Sentinel reports another primary, and the copies that BullMQ makes for blocking with it:
 * on a frozen primary nothing else would end their wait. Every event is passed on as `failover`.
 *
 * In place of ioredis's own failoverDetector (6.0.0), which ends a connection for good where it hears the news while it
 * reconnects, as it does after a primary was killed.
 */
function followFailovers(redis: Redis, config: SentinelConfig): void {
  const clients = new Set([redis]);
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const copy = duplicate(override);
    clients.add(copy);
    copy.once('end', () => clients.delete(copy));
    return copy;
  };
  const listeners = config.nodes.map((node) => {
    const listener = openSentinel(node, config, { autoResubscribe: false });
    listener.on('error', (error) => causes.set(redis, error));
    listener.on('ready', () => causes.delete(redis));
    listener.on('ready', () => void listener.psubscribe(...SENTINEL_EVENTS).catch(() => undefined));
    listener.on('pmessage', (_pattern, channel: string, message: string) => {
      redis.emit('failover');
      if (channel !== '+switch-master' || !message.startsWith(`${config.name} `)) return;
      for (const client of clients) if (/^(ready|connect)$/.test(client.status)) client.disconnect(true);
    });
    return listener;
  });
  redis.once('end', () => {
    for (const listener of listeners) listener.disconnect();
  });
}

/** Events that report a failover, or a node that is down or back. */
const SENTINEL_EVENTS = ['+switch-master', '+failover-*', '+promoted-slave', '+slave', '[+-]?down'];

/** A connection that asks one Sentinel. */
export type Sentinel = {
  /** @throws what it answers, or that it does not. */
  ask(command: 'MASTER' | 'REPLICAS' | 'SENTINELS', name: string): Promise<unknown>;
  close(): void;
};

export function connectSentinel(node: SentinelConfig['nodes'][number], config: SentinelConfig): Sentinel {
  const redis = openSentinel(node, config, { enableOfflineQueue: false });
  // A question that fails for want of a connection says why there is none.
  let refusal: Error | undefined;
  redis.on('error', (error) => (refusal = error));
  redis.on('ready', () => (refusal = undefined));
  // A first question waits for the connection, instead of failing because there is none yet.
  const opened = new Promise<void>((resolve) => {
    redis.once('ready', resolve).once('end', resolve);
    redis.once('error', () => resolve());
  });
  return {
    ask: async (command, name) => {
      await opened;
      if (redis.status !== 'ready') throw refusal ?? new Error('not connected');
      return redis.call('SENTINEL', command, name);
    },
    close: () => redis.disconnect(),
  };
}

function openSentinel(
  node: SentinelConfig['nodes'][number],
  config: SentinelConfig,
  options: { enableOfflineQueue?: boolean; autoResubscribe?: boolean },
): Redis {
  const { sentinelUsername, sentinelPassword, sentinelTLS } = sentinelOptions(config);
  return new Redis({
    ...node,
    ...options,
    ...(sentinelUsername !== undefined && { username: sentinelUsername }),
    ...(sentinelPassword !== undefined && { password: sentinelPassword }),
    ...(sentinelTLS && { tls: sentinelTLS }),
    connectionName: 'sms-gateway-sentinels',
    connectTimeout: SENTINEL_TIMEOUT_MS,
    commandTimeout: SENTINEL_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    retryStrategy,
  });
}

function sentinelOptions({ sentinelAuth }: SentinelConfig) {
  const { username, password, tls } = sentinelAuth;
  return {
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(tls && { sentinelTLS: {} }),
  };
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
