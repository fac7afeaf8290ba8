import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ProblemCode, problemJson } from './problem.ts';

/** Milliseconds that the client has to read its answer before the connection is closed. */
const LINGER_MS = 1000;

/** Answers bytes that are not an HTTP request, and returns the status. Node's own answers would have no body. */
export function refuseUnparsed(error: NodeJS.ErrnoException, socket: Duplex): number | undefined {
  if (socket.writable && error.code !== 'ECONNRESET') return refuse(socket, unparsed(error.code));
  socket.destroy();
  return undefined;
}

/** Refuses CONNECT, since this is not a proxy. */
export function refuseTunnel(_req: IncomingMessage, socket: Duplex): number {
  return refuse(socket, [405, 'method_not_allowed', 'Messages are sent with POST.']);
}

type Refusal = [status: number, code: ProblemCode, detail: string];

function unparsed(code: string | undefined): Refusal {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'request_timeout', 'The request took too long to arrive.'];
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'headers_too_large', 'The headers are larger than 16 KiB.'];
    default:
      return [400, 'malformed_request', 'This is not an HTTP request.'];
  }
}

function refuse(socket: Duplex, [status, code, detail]: Refusal): number {
  const body = problemJson({ status, code, detail });
  // Node has removed its own listeners and timeouts from a socket that it hands over. Without ours, a reset would end
  // the process, and a socket that the client keeps half open would stay open forever.
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      (status === 405 ? 'Allow: POST\r\n' : '') +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
  return status;
}
