import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A host of the topology, with its own address in the loopback network of this machine. */
export type Host = { name: string; address: string };

/**
 * The network between the hosts of a topology. Hosts are reached through doors (proxies), which recognise the other end of a
 * connection by its address. So two hosts can be cut off from each other as by a broken switch: open connections stay open but
 * carry nothing.
 */
export type Network = {
  /** Opens a door to the port `target` of `host`. Resolves with the door's port. */
  openDoor(host: Host, target: number): Promise<number>;
  /** Blocks all traffic between the two until `heal`. `client` is anything that is not a host. */
  cut(one: string, other: string): void;
  /** Lets everything pass again, held data first. */
  heal(): void;
  close(): void;
};

export const CLIENT = 'client';

type Passage = { between: [string, string]; hold(): void; release(): void; destroy(): void };

/** A network on a machine where each host can have its own address: Linux. */
export function createNetwork(): Network {
  const servers: Server[] = [];
  const passages = new Set<Passage>();
  const names = new Map<string, string>();
  let cuts: [string, string][] = [];

  const isCut = ([one, other]: [string, string]) =>
    cuts.some(([a, b]) => (a === one && b === other) || (a === other && b === one));

  function pass(from: Socket, host: Host, target: number): void {
    const between: [string, string] = [names.get(from.remoteAddress ?? '') ?? CLIENT, host.name];
    let to: Socket | undefined;
    const destroy = () => {
      from.destroy();
      to?.destroy();
      passages.delete(passage);
    };
    const passage: Passage = {
      between,
      hold: () => {
        if (to !== undefined) from.unpipe(to);
        to?.unpipe(from);
        from.pause();
        to?.pause();
      },
      release: () => {
        to ??= open();
        from.pipe(to).pipe(from);
      },
      destroy,
    };
    function open(): Socket {
      const socket = connect({ port: target, host: host.address, noDelay: true });
      socket.on('error', destroy).on('close', destroy);
      return socket;
    }
    passages.add(passage);
    from.on('error', destroy).on('close', destroy);
    if (isCut(between)) from.pause();
    else passage.release();
  }

  return {
    openDoor: async (host, target) => {
      names.set(host.address, host.name);
      const server = createServer({ noDelay: true }, (socket) => pass(socket, host, target));
      server.listen(0, host.address);
      await once(server, 'listening');
      servers.push(server);
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : 0;
    },
    cut: (one, other) => {
      cuts.push([one, other]);
      for (const passage of passages) if (isCut(passage.between)) passage.hold();
    },
    heal: () => {
      const held = [...passages].filter(({ between }) => isCut(between));
      cuts = [];
      for (const passage of held) passage.release();
    },
    close: () => {
      for (const passage of passages) passage.destroy();
      for (const server of servers) server.close();
    },
  };
}
