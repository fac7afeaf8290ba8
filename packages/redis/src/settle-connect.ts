import type { Cluster } from 'ioredis';

/**
 * Lets `connect` of this Cluster, and of the copies that BullMQ makes for blocking, settle. The promise of ioredis (6.0.0)
 * never settles if the cluster is down or the asked node is frozen at that moment: the client goes on connecting by itself,
 * but the caller does not hear of it. BullMQ awaits the promise before it takes the next message, so a failover at the
 * wrong moment stopped a worker.
 */
export function settleConnect(cluster: Cluster): Cluster {
  const connect = cluster.connect.bind(cluster);
  let next: Promise<void> | undefined;
  /** Shared, because the client itself connects again and again as well. */
  const nextReady = () =>
    (next ??= new Promise<void>((resolve, reject) => {
      const settle = (how: () => void) => () => {
        cluster.off('ready', onReady).off('end', onEnd);
        next = undefined;
        how();
      };
      const onReady = settle(resolve);
      const onEnd = settle(() => reject(new Error('Connection is closed.')));
      cluster.on('ready', onReady).on('end', onEnd);
    }));
  cluster.connect = () => {
    const ready = nextReady();
    ready.catch(() => undefined);
    return Promise.race([connect(), ready]);
  };
  const duplicate = cluster.duplicate.bind(cluster);
  cluster.duplicate = (...options: Parameters<Cluster['duplicate']>) => settleConnect(duplicate(...options));
  return cluster;
}
