import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

export type ReceivedRequest = { method: string; path: string; headers: IncomingHttpHeaders; body: string };
export type Respond = (response: ServerResponse, request: ReceivedRequest) => void;

/** A real HTTP server on loopback that answers as told and remembers what it was asked. */
export async function startScriptedProviderServer(respond: Respond) {
  const requests: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = { method, path, headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      server.emit('received', request);
      respond(response, request);
    });
  });
  const url = await listen(server);

  return {
    url,
    requests,
    /** Resolves with the next request, once it is completely read and `respond` is about to run. */
    async nextRequest(): Promise<ReceivedRequest> {
      const [request] = await once(server, 'received');
      return request;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await closed(server);
    },
  };
}

/** Accepts connections and reads nothing from them; what happens next is up to the caller. */
export async function startDeafServer() {
  const sockets: Socket[] = [];
  const server = createTcpServer({ pauseOnConnect: true }, (socket) => {
    sockets.push(socket.on('error', () => {}));
  });
  const url = await listen(server);

  return {
    url,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await closed(server);
    },
  };
}

/**
 * The URL of a loopback port on which nothing listens. A free port would soon be somebody else's; this one is never given
 * out as such, no protocol has it, and fetch does not refuse it (https://fetch.spec.whatwg.org/#port-blocking).
 */
export function refusingUrl(): string {
  return 'http://127.0.0.1:81';
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening on TCP, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
