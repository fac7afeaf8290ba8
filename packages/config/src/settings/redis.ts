import { z } from 'zod';
import { choice, hostAndPort, list, redisUrl, text, wholeNumber } from '../fields.ts';
import { settingsIn } from '../setting.ts';

const onBoth = settingsIn('Redis', ['ingress', 'worker']);
const onIngress = settingsIn('Redis', ['ingress']);

export const redisSettings = {
  redis: z.strictObject({
    url: onBoth({
      env: 'REDIS_URL',
      schema: redisUrl,
      secret: true,
      default: 'redis://127.0.0.1:6379',
      doc: 'redis:// or rediss://; with Sentinel or Cluster: user, password, database and TLS of the nodes',
      inContainers: 'redis://redis:6379',
    }),
    sentinels: onBoth({
      env: 'REDIS_SENTINELS',
      schema: list(hostAndPort(26_379)),
      doc: 'Sentinels as host:port, comma-separated',
      example: 'sentinel-1:26379,sentinel-2:26379',
    }),
    sentinelName: onBoth({
      env: 'REDIS_SENTINEL_NAME',
      schema: text,
      doc: 'Name of the primary that the Sentinels watch',
      example: 'mymaster',
    }),
    clusterNodes: onBoth({
      env: 'REDIS_CLUSTER_NODES',
      schema: list(hostAndPort(6379)),
      doc: 'Some nodes of a Redis Cluster as host:port, comma-separated',
      example: 'redis-1:6379,redis-2:6379',
    }),
  }),
  durability: onIngress({
    env: 'DURABILITY',
    schema: choice(['fsync', 'replicated', 'managed', 'none']),
    default: 'fsync',
    doc: 'What a 200 promises: fsync, replicated, managed or none',
  }),
  durabilityReplicas: onIngress({
    env: 'DURABILITY_REPLICAS',
    schema: wholeNumber(1, 10),
    default: '1',
    doc: 'Replicas that must have a message with DURABILITY=replicated',
  }),
};
