import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Milliseconds within which a request must arrive completely. */
export const REQUEST_TIMEOUT_MS = 10_000;

export type Drain = {
  /** Counts a request as in progress until its response is closed. */
  track: (req: IncomingMessage, res: ServerResponse) => void;
  drain: () => Promise<void>;
  /** Requests on this connection that are not answered yet. */
  inHand: (socket: Duplex) => number;
  /** Whether a request has arrived completely on this connection and is not answered yet. */
  owesAnswer: (socket: Duplex) => boolean;
};

/**
 * Tracks which connections have requests in progress, so that a server can be closed while clients keep others open.
 * Node's own closeIdleConnections does not close connections without any request, such as a load balancer's.
 */
export function createDrain(server: Server): Drain {
  const inHand = new Map<Duplex, Set<IncomingMessage>>();
  let isDraining = false;

  server.on('connection', (socket: Socket) => {
    inHand.set(socket, new Set());
    socket.once('close', () => inHand.delete(socket));
  });
  return {
    track: (req, res) => {
      const { socket } = req;
      const requests = inHand.get(socket);
      requests?.add(req);
      res.on('close', () => {
        requests?.delete(req);
        if (isDraining && requests?.size === 0) socket.destroySoon();
      });
    },
    inHand: (socket) => inHand.get(socket)?.size ?? 0,
    owesAnswer: (socket) => [...(inHand.get(socket) ?? [])].some(({ complete }) => complete),
    drain: () =>
      new Promise((resolve, reject) => {
        isDraining = true;
        server.close((error) => (error ? reject(error) : resolve()));
        for (const [socket, requests] of inHand) {
          if (requests.size === 0) socket.destroy();
        }
        // A closed server no longer checks timeouts, so that a stalling client would hold it open.
        setTimeout(() => {
          for (const [socket, requests] of inHand) {
            if (![...requests].some(({ complete }) => complete)) socket.destroy();
          }
        }, REQUEST_TIMEOUT_MS).unref();
      }),
  };
}
