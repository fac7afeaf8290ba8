import type { Read } from './setting.ts';
import type { Review } from './review.ts';
import type { DurabilityConfig, RedisConfig } from './config.ts';
import type { Settings } from './settings.ts';

/** Undefined if a problem was reported. */
export function redisConfig(settings: Read<Settings['redis']>, review: Review): RedisConfig | undefined {
  const { url, sentinels, sentinelName, clusterNodes, sentinelUsername, sentinelPassword, sentinelTls } =
    settings;
  const hasSentinels = review.isGiven(['redis', 'sentinels']);
  const hasName = review.isGiven(['redis', 'sentinelName']);
  const hasCluster = review.isGiven(['redis', 'clusterNodes']);

  if (hasSentinels && !hasName) {
    review.problem(
      ['redis', 'sentinelName'],
      'not set; Sentinel needs the name of the primary, often mymaster',
    );
  }
  if (hasName && !hasSentinels) {
    review.problem(
      ['redis', 'sentinels'],
      'not set; name the Sentinels as host:port, or remove the Sentinel name',
    );
  }
  if (hasSentinels && hasCluster) {
    review.problem(
      ['redis', 'clusterNodes'],
      `contradicts ${review.label(['redis', 'sentinels'])}; Redis is either behind Sentinel or a Cluster`,
    );
  }
  if (sentinelUsername !== undefined && sentinelPassword === undefined) {
    review.problem(['redis', 'sentinelPassword'], 'not set; the user for the Sentinels needs a password');
  }
  for (const setting of ['sentinelUsername', 'sentinelPassword'] as const) {
    if (hasSentinels || !review.isGiven(['redis', setting])) continue;
    review.problem(
      ['redis', setting],
      `is for the Sentinels, and ${review.label(['redis', 'sentinels'])} names none`,
    );
  }
  if (url === undefined) return undefined;
  if (hasCluster && !['', '/', '/0'].includes(new URL(url).pathname)) {
    review.problem(['redis', 'url'], 'must use database 0, the only one in a Redis Cluster');
  }

  if (hasCluster)
    return clusterNodes === undefined ? undefined : { kind: 'cluster', nodes: clusterNodes, url };
  if (!hasSentinels) return { kind: 'standalone', url };
  return sentinels === undefined || sentinelName === undefined
    ? undefined
    : {
        kind: 'sentinel',
        name: sentinelName,
        nodes: sentinels,
        url,
        sentinelAuth: { username: sentinelUsername, password: sentinelPassword, tls: sentinelTls === true },
      };
}

/** Warns of settings that lose messages that were answered 200. */
export function reviewDurability(
  mode: DurabilityConfig['mode'] | undefined,
  redis: RedisConfig | undefined,
  review: Review,
): void {
  if (mode === 'none') {
    review.warning(
      ['durability'],
      'none: a 200 promises nothing, and a restart of Redis loses accepted codes',
    );
  }
  if (mode === 'fsync' && redis !== undefined && redis.kind !== 'standalone') {
    review.warning(
      ['durability'],
      `fsync: a failover of ${redis.kind === 'cluster' ? 'the Cluster' : 'Sentinel'} loses accepted codes; set replicated, or leave it out`,
    );
  }
}
