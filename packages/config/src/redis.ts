import type { Read } from './setting.ts';
import type { Review } from './review.ts';
import type { RedisConfig } from './config.ts';
import type { Settings } from './settings.ts';

/** Undefined where a problem was reported. */
export function redisConfig(settings: Read<Settings['redis']>, review: Review): RedisConfig | undefined {
  const { url, sentinels, sentinelName, clusterNodes } = settings;
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
  if (url === undefined) return undefined;
  if (hasCluster && !['', '/', '/0'].includes(new URL(url).pathname)) {
    review.problem(['redis', 'url'], 'must name no database but 0, the only one a Redis Cluster has');
  }

  if (hasCluster)
    return clusterNodes === undefined ? undefined : { kind: 'cluster', nodes: clusterNodes, url };
  if (!hasSentinels) return { kind: 'standalone', url };
  return sentinels === undefined || sentinelName === undefined
    ? undefined
    : { kind: 'sentinel', name: sentinelName, nodes: sentinels, url };
}
