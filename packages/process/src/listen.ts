import type { Server } from 'node:net';

/** An address that could not be listened on. `message` is one sentence for the operator. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

type Options = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** The variable that sets the port, such as `PORT`; the one of the host is `HOST` in its place. */
  variable: string;
};

/** Resolves with the port listened on; rejects with `ListenError`. */
export async function listen(server: Server, { host, port, variable }: Options): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenError(error, { host, port, variable }));
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function listenError(error: NodeJS.ErrnoException, { host, port, variable }: Options): ListenError {
  const hostVariable = variable.replace(/PORT$/, 'HOST');
  const where = `${host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError(
        `${where} is in use: stop the program that has it, or set ${variable} to another port (0 takes any free one).`,
      );
    case 'EACCES':
      return new ListenError(`No permission to listen on ${where}: set ${variable} to a port from 1024 up.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ListenError(
        `${host} is not an address of this machine: set ${hostVariable} to one (0.0.0.0 for all).`,
      );
    default:
      return new ListenError(
        `Cannot listen on ${where} (${error.code ?? 'unknown error'}): see ${variable} and ${hostVariable}.`,
      );
  }
}
