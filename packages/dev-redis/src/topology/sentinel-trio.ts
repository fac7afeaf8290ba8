import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Network } from './network.ts';
import { type RedisProcess, startRedisProcess } from './redis-process.ts';
import { configText, nodeConfig, prepareGround, type TopologyOptions } from './topology.ts';

export const SENTINEL_NAME = 'mymaster';

/** A primary, two replicas and three Sentinels, each a separate process. */
export type SentinelTrio = AsyncDisposable & {
  nodes: RedisProcess[];
  sentinels: RedisProcess[];
  network: Network;
  /** The gateway's settings for it. */
  env: { REDIS_SENTINELS: string; REDIS_SENTINEL_NAME: string };
  /** The primary, according to the given Sentinel. */
  primary(sentinel?: RedisProcess): Promise<RedisProcess>;
  /** The other nodes. */
  replicas(): Promise<RedisProcess[]>;
  /** Resolves when all Sentinels name the same primary, and both replicas are in sync with it. */
  untilWhole(): Promise<void>;
};

type Options = TopologyOptions & {
  downAfterMs?: number;
  /** Further lines of each Sentinel's configuration. */
  sentinelSettings?: Record<string, string>;
  /** For the data nodes, as in a URL: `user:password@`. */
  credentials?: string;
  sentinelCredentials?: string;
  /** Sentinels that must agree that the primary is down. */
  quorum?: number;
};

export async function startSentinelTrio(options: Options): Promise<SentinelTrio> {
  const { binary, env, settings = {}, downAfterMs = 1000, sentinelSettings = {}, quorum = 2 } = options;
  const ground = await prepareGround(options);
  try {
    const { keeper, network } = ground;
    const sites = await Promise.all(['redis-1', 'redis-2', 'redis-3'].map((name) => ground.site(name)));
    const places = await Promise.all(
      ['sentinel-1', 'sentinel-2', 'sentinel-3'].map((name) => ground.site(name)),
    );
    const [first, ...others] = sites;
    if (first === undefined) throw new Error('no site');
    const nodes = await Promise.all(
      sites.map((site) =>
        startRedisProcess({
          binary,
          env,
          keeper,
          ...placeOf(site),
          ...(options.credentials !== undefined && { credentials: options.credentials }),
          config: nodeConfig(site, {
            'replica-announce-ip': site.address,
            'replica-announce-port': String(site.port),
            ...(site !== first && { replicaof: `${first.address} ${first.port}` }),
            ...settings,
          }),
        }),
      ),
    );
    const ids = places.map(() => randomBytes(20).toString('hex'));
    // Each is configured with all others, because discovery takes seconds.
    const sentinels = await Promise.all(
      places.map((site, index) =>
        startRedisProcess({
          binary,
          env,
          keeper,
          ...placeOf(site),
          ...(options.sentinelCredentials !== undefined && { credentials: options.sentinelCredentials }),
          isSentinel: true,
          config: [
            configText({
              bind: site.address,
              'bind-source-addr': site.address,
              port: String(site.ownPort),
              'protected-mode': 'no',
              dir: JSON.stringify(site.directory),
              ...site.tls,
            }),
            `sentinel myid ${ids[index]}\n`,
            `sentinel announce-ip ${site.address}\n`,
            `sentinel announce-port ${site.port}\n`,
            `sentinel monitor ${SENTINEL_NAME} ${first.address} ${first.port} ${quorum}\n`,
            `sentinel down-after-milliseconds ${SENTINEL_NAME} ${downAfterMs}\n`,
            `sentinel failover-timeout ${SENTINEL_NAME} 3000\n`,
            `sentinel parallel-syncs ${SENTINEL_NAME} 2\n`,
            ...others.map(
              (other) => `sentinel known-replica ${SENTINEL_NAME} ${other.address} ${other.port}\n`,
            ),
            ...places.flatMap((other, number) =>
              other === site
                ? []
                : [
                    `sentinel known-sentinel ${SENTINEL_NAME} ${other.address} ${other.port} ${ids[number]}\n`,
                  ],
            ),
            configText(sentinelSettings),
          ].join(''),
        }),
      ),
    );

    async function primary(sentinel = sentinels[0]): Promise<RedisProcess> {
      const address = await sentinel?.ask((redis) =>
        redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', SENTINEL_NAME),
      );
      const [host, port] = Array.isArray(address) ? address.map(String) : [];
      const node = nodes.find((candidate) => candidate.host === host && candidate.port === Number(port));
      if (node === undefined) throw new Error(`Sentinel names ${host}:${port}, which is no node`);
      return node;
    }

    const trio: SentinelTrio = {
      nodes,
      sentinels,
      network,
      env: {
        REDIS_SENTINELS: places.map(({ address, port }) => `${address}:${port}`).join(),
        REDIS_SENTINEL_NAME: SENTINEL_NAME,
      },
      primary,
      replicas: async () => {
        const main = await primary();
        return nodes.filter((node) => node !== main);
      },
      untilWhole: async () => {
        for (;;) {
          if (await isWhole(trio).catch(() => false)) return;
          await delay(50);
        }
      },
      [Symbol.asyncDispose]: () => ground[Symbol.asyncDispose](),
    };
    await trio.untilWhole();
    return trio;
  } catch (error) {
    await ground[Symbol.asyncDispose]();
    throw error;
  }
}

function placeOf({ name, directory, address, ownPort, port }: Parameters<typeof nodeConfig>[0]) {
  return { name, directory, host: address, ownPort, port };
}

async function isWhole(trio: SentinelTrio): Promise<boolean> {
  const { sentinels, nodes } = trio;
  const named = await Promise.all(sentinels.map((sentinel) => trio.primary(sentinel)));
  const [main] = named;
  if (main === undefined || named.some((node) => node !== main)) return false;
  const info = await main.ask((redis) => redis.info('replication'));
  const inStep = [...info.matchAll(/^slave\d+:.*state=online,offset=(\d+)/gm)];
  const links = await Promise.all(
    nodes.filter((node) => node !== main).map((node) => node.ask((redis) => redis.info('replication'))),
  );
  const known = await Promise.all(
    sentinels.map((sentinel) => sentinel.ask((redis) => redis.call('SENTINEL', 'REPLICAS', SENTINEL_NAME))),
  );
  return (
    inStep.length === nodes.length - 1 &&
    links.every((link) => link.includes('master_link_status:up')) &&
    known.every((replicas) => Array.isArray(replicas) && replicas.length === nodes.length - 1)
  );
}
