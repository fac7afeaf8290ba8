import type { Server } from 'node:net';
import { ConfigError } from '@sms-gateway/config';

/** An address that could not be listened on. `message` is one sentence for the operator. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Connections that may wait to be accepted. With Node's 511, some of a thousand that come at the same moment are established a
 * second or more later, when the client's kernel tries again. Linux takes at most its net.core.somaxconn, which is 4096.
 */
const BACKLOG = 4096;

type Options = {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** The variable that sets the port, such as `PORT`; the one of the host is `HOST` in its place. */
  variable: string;
};

/**
 * Resolves with the port listened on; rejects with `ConfigError` for a host that is not this machine's, which no
 * restart cures, and with `ListenError` for everything else.
 */
export async function listen(server: Server, { host, port, variable }: Options): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenError(error, { host, port, variable }));
    server.once('error', fail);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off('error', fail);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function listenError(
  error: NodeJS.ErrnoException,
  { host, port, variable }: Options,
): ListenError | ConfigError {
  const hostVariable = variable.replace(/PORT$/, 'HOST');
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError(
        `${host}:${port} is in use: stop the program that has it, or set ${variable} to another port (0 takes any free one).`,
      );
    case 'EACCES':
      return new ListenError(
        `No permission to listen on port ${port}: set ${variable} to a port from 1024 up.`,
      );
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      // Whatever stands there is not repeated: a secret may have been pasted into the wrong variable.
      return new ConfigError([
        `${hostVariable}: not an address of this machine; set it to one, such as 127.0.0.1, or 0.0.0.0 for all`,
      ]);
    default:
      return new ListenError(
        `Cannot listen (${error.code ?? 'unknown error'}): see ${variable} and ${hostVariable}.`,
      );
  }
}
