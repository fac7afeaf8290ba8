import http, { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { createDrain, REQUEST_TIMEOUT_MS } from './drain.ts';
import { refuseTunnel, refuseUnparsed } from './refuse-unparsed.ts';

/**
 * Maximum number of unanswered requests on one connection; with more it is closed. No current client pipelines, and Node would begin
 * all requests of what it has read at once: tens of thousands, ahead of everybody else's.
 */
const MAX_IN_HAND = 16;

export type IngressServer = Server & {
  /** Accepts no more connections, and resolves once all pending requests are answered. */
  drain: () => Promise<void>;
};

/**
 * Serves an Express app with requests and responses that have the app's prototypes from the start.
 *
 * Express gives every request and response a new prototype (`Object.setPrototypeOf` in its app.handle), and V8 then
 * discards the optimised code of Node's HTTP classes. Objects that already have that prototype are left alone.
 * docs/adr/0004 has the measurements, and server.test.ts guards it. `onRefused` gets the status of what was refused
 * before it became a request.
 */
export function createServer(
  app: Express,
  { onRefused = () => undefined }: { onRefused?: (status: number) => void } = {},
): IngressServer {
  class AppRequest extends http.IncomingMessage {}
  class AppResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  app.request = adopt(AppRequest.prototype, app.request);
  app.response = adopt(AppResponse.prototype, app.response);

  const server = http.createServer({
    IncomingMessage: AppRequest,
    ServerResponse: AppResponse,
    // A body has at most 16 KiB, so only a client that stalls on purpose needs longer.
    headersTimeout: 5_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 1_000,
    // Common load balancers drop idle connections after 60 s. They should do so first.
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16 * 1024,
    // The app refuses it, with a body.
    requireHostHeader: false,
  });
  // A client may close its side after sending the request and still want the answer; Node would close at once.
  Object.assign(server, { httpAllowHalfOpen: true });
  const { track, drain, inHand, owesAnswer } = createDrain(server);
  const serve = (req: IncomingMessage, res: ServerResponse) => {
    track(req, res);
    // Node continues with the data it has read, even after the connection is closed.
    if (inHand(req.socket) > MAX_IN_HAND || req.socket.destroyed) req.socket.destroy();
    else app(req, res);
  };
  server.on('request', serve);
  server.on('checkExpectation', serve);
  server.on('connect', (req, socket) => onRefused(refuseTunnel(req, socket)));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // The client would mistake this answer for that of an earlier request.
    const status = owesAnswer(socket) ? void socket.destroy() : refuseUnparsed(error, socket);
    if (status !== undefined) onRefused(status);
  });
  return Object.assign(server, { drain });
}

/** Makes `prototype` a copy of the object that Express would set as prototype. */
function adopt<T extends object>(prototype: object, appPrototype: T): T {
  Object.setPrototypeOf(prototype, Reflect.getPrototypeOf(appPrototype));
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(appPrototype));
  // Sound: it now has the same properties and the same prototype chain as the object it replaces.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return prototype as T;
}
