import http, { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Express } from 'express';
import { createDrain, REQUEST_TIMEOUT_MS } from './drain.ts';
import { refuseTunnel, refuseUnparsed } from './refuse-unparsed.ts';

export type IngressServer = Server & {
  /** Takes no more connections and resolves when the requests in hand are answered. */
  drain: () => Promise<void>;
};

/**
 * Puts an Express app behind a server whose requests and responses are born with the app's prototypes.
 *
 * Express gives every request and response a new prototype (`Object.setPrototypeOf` in its app.handle), for which
 * V8 throws away the optimised code of node's own HTTP classes; objects that have that prototype already are left
 * alone. docs/adr/0004 has the measurements, server.test.ts holds that it stays so. `onRefused` is told the status
 * of what was refused before it became a request.
 */
export function createServer(
  app: Express,
  { onRefused = () => undefined }: { onRefused?: (status: number) => void } = {},
): IngressServer {
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
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // Longer than the 60 s after which common load balancers drop idle connections, so that they do it first.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
      // The app refuses it, with a body.
      requireHostHeader: false,
    },
    app,
  );
  const { drain, owesAnswer } = createDrain(server);
  server.on('checkExpectation', app);
  server.on('connect', (req, socket) => onRefused(refuseTunnel(req, socket)));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // An answer in front of one that is still to come would be taken for it.
    const status = owesAnswer(socket) ? void socket.destroy() : refuseUnparsed(error, socket);
    if (status !== undefined) onRefused(status);
  });
  return Object.assign(server, { drain });
}

/** Makes `prototype` stand in for the object that Express would set as prototype, with all that is in it. */
function adopt<T extends object>(prototype: object, appPrototype: T): T {
  Object.setPrototypeOf(prototype, Reflect.getPrototypeOf(appPrototype));
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(appPrototype));
  // Sound: it now has the same properties and the same prototype chain as the object it replaces.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return prototype as T;
}
