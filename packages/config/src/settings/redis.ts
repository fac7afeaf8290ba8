import { z } from 'zod';
import { choice, flag, hostAndPort, list, redisUrl, text, wholeNumber } from '../fields.ts';
import { settingsIn } from '../setting.ts';

const onAll = settingsIn('Redis', ['ingress', 'worker', 'console']);
const onBoth = settingsIn('Redis', ['ingress', 'worker']);
const onIngress = settingsIn('Redis', ['ingress']);

export const redisSettings = {
  redis: z.strictObject({
    url: onAll({
      env: 'REDIS_URL',
      schema: redisUrl,
      secret: true,
      default: 'redis://127.0.0.1:6379',
      doc: 'redis:// or rediss://; with Sentinel or Cluster: user, password, database and TLS of the nodes',
      inContainers: 'redis://redis:6379',
    }),
    sentinels: onAll({
      env: 'REDIS_SENTINELS',
      schema: list(hostAndPort(26_379)),
      doc: 'Sentinels as host:port, comma-separated',
      example: 'sentinel-1:26379,sentinel-2:26379',
    }),
    sentinelName: onAll({
      env: 'REDIS_SENTINEL_NAME',
      schema: text,
      doc: 'Name of the primary that the Sentinels monitor',
      example: 'mymaster',
    }),
    sentinelUsername: onAll({
      env: 'REDIS_SENTINEL_USERNAME',
      schema: text,
      doc: 'User for the Sentinels; the user for the nodes is in REDIS_URL',
    }),
    sentinelPassword: onAll({
      env: 'REDIS_SENTINEL_PASSWORD',
      schema: text,
      secret: true,
      doc: 'Password for the Sentinels',
    }),
    sentinelTls: onAll({
      env: 'REDIS_SENTINEL_TLS',
      schema: flag,
      default: 'false',
      doc: 'true if the Sentinels use TLS',
    }),
    clusterNodes: onAll({
      env: 'REDIS_CLUSTER_NODES',
      schema: list(hostAndPort(6379)),
      doc: 'Some nodes of a Redis Cluster as host:port, comma-separated',
      example: 'redis-1:6379,redis-2:6379',
    }),
  }),
  durability: onBoth({
    env: 'DURABILITY',
    schema: choice(['fsync', 'replicated', 'managed', 'none']),
    doc: 'What a 200 promises: fsync (default with one Redis), replicated (default with Sentinel or Cluster), managed or none',
    example: 'fsync',
  }),
  redisDataLoss: onIngress({
    env: 'REDIS_DATA_LOSS',
    schema: choice(['stop', 'continue']),
    default: 'stop',
    doc: 'After Redis has lost its data: stop accepts nothing until the ingress is restarted, continue keeps accepting; both log an error',
  }),
  durabilityReplicas: onBoth({
    env: 'DURABILITY_REPLICAS',
    schema: wholeNumber(1, 10),
    default: '1',
    doc: 'Minimum number of replicas that must have a message, with DURABILITY=replicated',
  }),
};
