import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ProblemCode, problemJson } from './problem.ts';

/** Answers what never became a request. Node's own answers would have no body. */
export function refuseUnparsed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
  else refuse(socket, unparsed(error.code));
}

/** This is no proxy. */
export function refuseTunnel(_req: IncomingMessage, socket: Duplex): void {
  refuse(socket, [405, 'method_not_allowed', 'Messages are sent with POST.']);
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

function refuse(socket: Duplex, [status, code, detail]: Refusal): void {
  const body = problemJson({ status, code, detail });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      (status === 405 ? 'Allow: POST\r\n' : '') +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}
