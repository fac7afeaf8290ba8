import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { notSentCode, type NotSentCode } from '../failure-code.ts';

export type SmscAddress = { host: string; port: number; tls: boolean };

export type ConnectOptions = SmscAddress & {
  /** PEM of the authorities to trust in place of Node's own, for an SMSC with a private one. */
  ca?: string | undefined;
  /** DNS, TCP and TLS together. */
  connectTimeoutMs: number;
};

export type Connecting = { kind: 'connected'; socket: Socket } | { kind: 'failed'; code: NotSentCode };

/** Opens the socket of a session; with `tls` not before its certificate is verified. Never rejects. */
export function connectSocket(
  { host, port, tls, ca, connectTimeoutMs }: ConnectOptions,
  signal: AbortSignal,
): Promise<Connecting> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve({ kind: 'failed', code: 'client_closed' });
      return;
    }
    const socket = tls
      ? connectTls({ host, port, ...(ca !== undefined && { ca }), ...(!isIP(host) && { servername: host }) })
      : connectTcp({ host, port });

    const settle = (outcome: Connecting) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('close', closed);
      if (outcome.kind === 'failed') socket.destroy();
      resolve(outcome);
    };
    const fail = (code: NotSentCode) => settle({ kind: 'failed', code });
    const abort = () => fail('client_closed');
    const closed = () => fail('connect_failed');
    const timer = setTimeout(() => fail('connect_timeout'), connectTimeoutMs);

    signal.addEventListener('abort', abort, { once: true });
    // Never removed: an error event without a listener would end the process.
    socket.on('error', (error) => fail(notSentCode(error)));
    socket.once('close', closed);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.setNoDelay(true);
      settle({ kind: 'connected', socket });
    });
  });
}
