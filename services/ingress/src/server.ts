import http, { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { type ProblemCode, problemJson } from './problem.ts';

/**
 * Puts an Express app behind a server whose requests and responses are born with the app's prototypes.
 *
 * Express gives every request and response a new prototype (`Object.setPrototypeOf` in its app.handle), for which
 * V8 throws away the optimised code of node's own HTTP classes; objects that have that prototype already are left
 * alone. docs/adr/0004 has the measurements, server.test.ts holds that it stays so.
 */
export function createServer(app: Express): Server {
  class AppRequest extends http.IncomingMessage {}
  class AppResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  app.request = adopt(AppRequest.prototype, app.request);
  app.response = adopt(AppResponse.prototype, app.response);

  const server = http.createServer(
    {
      IncomingMessage: AppRequest,
      ServerResponse: AppResponse,
      // The body has at most 16 KiB: who needs longer holds a connection open on purpose.
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      // Longer than the 60 s after which common load balancers drop idle connections, so that they do it first.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
      // The app refuses it, with a body.
      requireHostHeader: false,
    },
    app,
  );
  server.on('checkExpectation', app);
  server.on('clientError', refuseUnparsed);
  return server;
}

/** Makes `prototype` stand in for the object that Express would set as prototype, with all that is in it. */
function adopt<T extends object>(prototype: object, appPrototype: T): T {
  Object.setPrototypeOf(prototype, Reflect.getPrototypeOf(appPrototype));
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(appPrototype));
  // Sound: it now has the same properties and the same prototype chain as the object it replaces.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return prototype as T;
}

/** Answers what never became a request. Node's own answers would have no body. */
function refuseUnparsed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, code, detail] = unparsed(error.code);
  const body = problemJson({ status, code, detail });
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n` +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}

function unparsed(code: string | undefined): [number, ProblemCode, string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'request_timeout', 'The request took too long to arrive.'];
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'headers_too_large', 'The headers are larger than 16 KiB.'];
    default:
      return [400, 'malformed_request', 'This is not an HTTP request.'];
  }
}

/** Takes no more connections and resolves when the requests in hand are answered. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}
