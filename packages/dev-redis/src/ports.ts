import { createServer } from 'node:net';
import { messageOf } from './error-facts.ts';

/** A port that is free at this moment. Another process may take it before the caller does. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const port = await tryListen(0, host);
  if (port === undefined) throw new Error(`No free port on ${host}.`);
  return port;
}

/** `port` if it is free, otherwise another one. */
export async function portOr(port: number, host = '127.0.0.1'): Promise<number> {
  return (await tryListen(port, host)) ?? freePort(host);
}

/**
 * The port to listen on for `PORT`; 0 chooses a free one. @throws {Error} with a message for people if it is in use, not
 * allowed or not a port.
 */
export async function choosePort(value: string, host: string): Promise<number> {
  const wanted = Number(value);
  if (!/^\d+$/.test(value) || wanted > 65_535)
    throw new Error(`PORT must be a number up to 65535, not ${value}.`);
  let port: number | undefined;
  try {
    port = await tryListen(wanted, host);
  } catch (error) {
    throw new Error(`Cannot listen on port ${value} of ${host}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (port === undefined) {
    throw new Error(
      `Port ${value} is in use. Choose another one with PORT, such as: PORT=${wanted + 1} npm start`,
    );
  }
  return port;
}

function tryListen(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      // A string would be the path of a pipe.
      const bound = typeof address === 'object' ? address?.port : undefined;
      server.close(() => resolve(bound));
    });
  });
}
