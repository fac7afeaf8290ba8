import { isIP } from 'node:net';
import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls';

export type Handshake =
  | {
      kind: 'shaken';
      /** Why the chain is not trusted: OpenSSL's name, such as CERT_HAS_EXPIRED. */
      chainError: string | undefined;
      isHostMatched: boolean;
      /** Such as TLSv1.3. */
      protocol: string;
      /** Epoch milliseconds. */
      validUntilMs: number;
    }
  /** `code` is the system's or OpenSSL's. */
  | { kind: 'failed'; code: string };

const TIMEOUT_MS = 10_000;

/** Completes a handshake with any server, even an untrusted one, to inspect its certificate and protocol. */
export function shakeHands(url: URL): Promise<Handshake> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      rejectUnauthorized: false,
      // Without old versions, a server that supports nothing newer would look like one that does not answer.
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      // Checked below, separately from the chain.
      checkServerIdentity: () => undefined,
      timeout: TIMEOUT_MS,
    });
    const settle = (handshake: Handshake) => {
      socket.destroy();
      resolve(handshake);
    };
    socket.once('timeout', () => settle({ kind: 'failed', code: 'ETIMEDOUT' }));
    socket.once('error', (error) =>
      settle({ kind: 'failed', code: 'code' in error ? String(error.code) : error.name }),
    );
    socket.once('secureConnect', () => {
      const certificate: PeerCertificate = socket.getPeerCertificate();
      settle({
        kind: 'shaken',
        chainError: socket.authorized ? undefined : String(socket.authorizationError),
        isHostMatched: checkServerIdentity(host, certificate) === undefined,
        protocol: socket.getProtocol() ?? 'unknown',
        validUntilMs: Date.parse(certificate.valid_to),
      });
    });
  });
}
