import { openConnections } from './connection.ts';

export type ClosedLoop = {
  /** Milliseconds that each answered request took, in the order of the answers. */
  latenciesMs: readonly number[];
  /** Resolves when every request is answered, or those under way after `stop`. */
  done: Promise<void>;
  stop(): Promise<void>;
};

type Options = { ports: readonly number[]; connections: number; requests: readonly Buffer[] };

/** Sends each request once. Every connection sends its next request when its last one is answered. */
export async function startClosedLoop({ ports, connections, requests }: Options): Promise<ClosedLoop> {
  const opened = await openConnections(ports, connections);
  const latenciesMs: number[] = [];
  let next = 0;
  let end = requests.length;
  const drives = opened.map(async (connection) => {
    while (next < end) {
      // Below the end, so it is there.
      const request = requests[next++] as Buffer;
      const sentAt = performance.now();
      await connection.send(request);
      latenciesMs.push(performance.now() - sentAt);
    }
  });
  const done = Promise.all(drives).then(() => opened.forEach((connection) => connection.close()));
  // Whoever awaits it hears of a failure, even if that comes first.
  done.catch(() => undefined);
  return {
    latenciesMs,
    done,
    stop: () => {
      end = next;
      return done;
    },
  };
}
