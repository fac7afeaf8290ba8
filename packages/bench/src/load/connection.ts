import { once } from 'node:events';
import { connect } from 'node:net';
import { onEachMessage } from '../on-each-message.ts';

/** A connection that carries one request at a time. */
export type Connection = {
  /** Sends the bytes of a request. Resolves once it is answered with 200, and rejects if it is not. */
  send(request: Buffer): Promise<void>;
  close(): void;
  /** Whether the server has closed it, as servers do with one that is idle for long. */
  isClosed(): boolean;
};

/** Answers must have a Content-Length. */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let settle: (error?: Error) => void = () => undefined;
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure = error;
    settle(error);
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed a connection')));
  onEachMessage(socket, (answer) =>
    settle(answer.startsWith('HTTP/1.1 200') ? undefined : new Error(`a request was refused:\n${answer}`)),
  );
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        settle = (error) => (error === undefined ? resolve() : reject(error));
        if (failure === undefined) socket.write(request);
        else reject(failure);
      }),
    close: () => void socket.removeAllListeners('close').destroy(),
    isClosed: () => failure !== undefined,
  };
}

/** Spreads the connections evenly over the ports. */
export function openConnections(ports: readonly number[], count: number): Promise<Connection[]> {
  return Promise.all(
    Array.from({ length: count }, (_, index) => openConnection(ports[index % ports.length] ?? 0)),
  );
}
