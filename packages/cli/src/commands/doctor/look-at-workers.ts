import { isRedisCluster, type RedisClient } from '@sms-gateway/redis';
import { readQueueCounts } from '@sms-gateway/delivery';

export type WorkersLook = {
  isConnected: boolean;
  /** For how long the oldest message waits that no worker has in hand; 0 where none does. */
  oldestWaitingMs: number;
};

/** As services/worker/src/start-worker.ts names it. */
const WORKER_CONNECTION = 'sms-gateway-worker';

/** Undefined where Redis refuses to tell, as some managed ones do. */
export async function lookAtWorkers(redis: RedisClient, now: () => number): Promise<WorkersLook | undefined> {
  try {
    // A worker need not be connected to every node of a Cluster.
    const nodes = isRedisCluster(redis) ? redis.nodes('master') : [redis];
    const lists = await Promise.all(nodes.map((node) => node.client('LIST')));
    // One Redis may serve several gateways, each with a database of its own.
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

/** By the answer of CLIENT LIST: a line for each connection, of fields such as `name=x`. */
function hasWorker(clientList: string, database: number): boolean {
  return clientList.split('\n').some((line) => {
    const fields = line.trim().split(' ');
    return fields.includes(`name=${WORKER_CONNECTION}`) && fields.includes(`db=${database}`);
  });
}
