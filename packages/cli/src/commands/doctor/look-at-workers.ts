import { isRedisCluster, type RedisClient } from '@sms-gateway/redis';
import { readQueueCounts } from '@sms-gateway/delivery';

export type WorkersLook = {
  isConnected: boolean;
  /** How long the oldest message in the queue has waited; 0 if there is none. */
  oldestWaitingMs: number;
};

/** The name that services/worker/src/start-worker.ts gives its connection. */
const WORKER_CONNECTION = 'sms-gateway-worker';

/** Undefined if Redis does not allow CLIENT LIST, as some managed ones. */
export async function lookAtWorkers(redis: RedisClient, now: () => number): Promise<WorkersLook | undefined> {
  try {
    // A worker need not be connected to every node of a Cluster.
    const nodes = isRedisCluster(redis) ? redis.nodes('master') : [redis];
    const lists = await Promise.all(nodes.map((node) => node.client('LIST')));
    // One Redis may serve several gateways, each with its own database.
    const database = isRedisCluster(redis) ? 0 : (redis.options.db ?? 0);
    const { oldestAt } = await readQueueCounts(redis);
    return {
      isConnected: lists.some((list) => hasWorker(String(list), database)),
      oldestWaitingMs: oldestAt === 0 ? 0 : Math.max(0, now() - oldestAt),
    };
  } catch {
    return undefined;
  }
}

/** CLIENT LIST answers a line for each connection, with fields such as `name=x`. */
function hasWorker(clientList: string, database: number): boolean {
  return clientList.split('\n').some((line) => {
    const fields = line.trim().split(' ');
    return fields.includes(`name=${WORKER_CONNECTION}`) && fields.includes(`db=${database}`);
  });
}
