import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { listen } from './listen.ts';
import type { Logger } from './logger.ts';

/** Whether the process may accept work, and if not, why. `detail` is shown with either answer. */
export type Readiness = () => { ready: boolean; reasons: string[]; detail?: Record<string, unknown> };

export type AdminServer = {
  /** Resolves with the port listened on; rejects with `ListenError`. */
  listen(address: { host: string; port: number }): Promise<number>;
  close(): Promise<void>;
};

type Deps = { registry: Registry; readiness: Readiness; logger: Logger };

/** The private listener of a process: `/metrics`, `/healthz` (alive) and `/readyz` (may take work). */
export function createAdminServer({ registry, readiness, logger }: Deps): AdminServer {
  const routes: Record<string, (response: ServerResponse) => Promise<void> | void> = {
    '/metrics': async (response) => {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType }).end(text);
    },
    '/healthz': (response) => sendJson(response, 200, { status: 'ok' }),
    '/readyz': (response) => {
      const { ready, reasons, detail } = readiness();
      if (ready) sendJson(response, 200, { ...detail, status: 'ready' });
      else sendJson(response, 503, { ...detail, status: 'not_ready', reasons });
    },
  };

  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return sendJson(response, 404, { status: 'not_found' });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendJson(response.setHeader('allow', 'GET, HEAD'), 405, { status: 'method_not_allowed' });
    }
    Promise.resolve(response)
      .then(route)
      .catch((error: unknown) => {
        logger.error({ err: error, path }, 'admin.failed');
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, { status: 'error' });
      });
  });

  return {
    listen: ({ host, port }) => listen(server, { host, port, variable: 'ADMIN_PORT' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sendJson(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
