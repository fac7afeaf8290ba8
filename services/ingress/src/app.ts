import { randomBytes } from 'node:crypto';
import type { ConnectionConfig, Logger } from '@sms-gateway/runtime';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Accept } from './accept.ts';
import { type Authenticate, createAuthenticate } from './authenticate.ts';
import type { IngressMetrics } from './metrics.ts';
import { HttpProblem, problemJson } from './problem.ts';

const BODY_LIMIT_BYTES = 16 * 1024;

type Deps = {
  connections: ConnectionConfig[];
  accept: Accept;
  metrics: IngressMetrics;
  logger: Logger;
  now: () => number;
  /** True once the process is shutting down: answers then ask clients to reconnect, to another process. */
  isDraining: () => boolean;
};

type Gate = { connection: ConnectionConfig; authenticate: Authenticate };
type Account = { startedAt: number; connection: string };

/** The public HTTP surface. */
export async function createApp({
  connections,
  accept,
  metrics,
  logger,
  now,
  isDraining,
}: Deps): Promise<Express> {
  const gates = new Map<string, Gate>();
  for (const connection of connections) {
    gates.set(connection.name, { connection, authenticate: await createAuthenticate({ connection, now }) });
  }
  // Whom nobody knows is answered after the same work as whom somebody knows, so that names cannot be told by time.
  const decoy = await createAuthenticate({
    connection: { secrets: [randomBytes(32)], audience: 'none', subject: undefined, issuer: undefined },
    now,
  });
  const accounts = new WeakMap<Request, Account>();

  const parseJson = express.json({
    limit: BODY_LIMIT_BYTES,
    inflate: false,
    strict: false,
    type: () => true,
  });

  async function admit(req: Request, _res: Response, next: NextFunction): Promise<void> {
    const name = String(req.params['connection'] ?? 'default');
    const gate = gates.get(name);
    if (gate === undefined) {
      await decoy(req.headers.authorization).catch(() => undefined);
      throw new HttpProblem(404, 'not_found', 'There is no such connection.');
    }
    accountOf(req).connection = name;
    await gate.authenticate(req.headers.authorization);
    if (!isJson(req.headers['content-type'])) {
      throw new HttpProblem(415, 'unsupported_media_type', 'Send the message as application/json.');
    }
    next();
  }

  async function acceptMessage(req: Request, res: Response): Promise<void> {
    const { connection } = accountOf(req);
    const gate = gates.get(connection);
    if (gate === undefined) throw new Error('a request came past its gate');
    const idempotencyKey = req.get('idempotency-key');
    const { id, isRepeat } = await accept(gate.connection, { body: req.body as unknown, idempotencyKey });
    const status = isRepeat ? 'duplicate' : 'queued';
    answer(req, res, 200, 'application/json', JSON.stringify({ id, status }), { messageId: id, isRepeat });
  }

  function answer(
    req: Request,
    res: Response,
    status: number,
    contentType: string,
    body: string,
    fields: Record<string, unknown>,
  ): void {
    const { connection, startedAt } = accountOf(req);
    if (isDraining()) res.setHeader('Connection', 'close');
    res.writeHead(status, {
      'Content-Type': contentType,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
    });
    res.end(req.method === 'HEAD' ? undefined : body);
    metrics.requested(connection, status);
    const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000;
    logger.info({ connection, status, durationMs, ...fields }, 'request.completed');
  }

  function accountOf(req: Request): Account {
    const known = accounts.get(req);
    if (known !== undefined) return known;
    const account = { startedAt: performance.now(), connection: 'none' };
    accounts.set(req, account);
    return account;
  }

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use((req, _res, next) => {
    accountOf(req);
    next();
  });
  for (const path of ['/v1/sms', '/v1/connections/:connection/sms']) {
    app.route(path).post(admit, parseJson, acceptMessage).all(refuseMethod);
  }
  app.use(() => {
    throw new HttpProblem(404, 'not_found', 'There is nothing at this path. Messages go to POST /v1/sms.');
  });
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    const problem = toProblem(error);
    if (problem.status >= 500) {
      logger.error({ err: problem.cause ?? error, reason: problem.code }, 'request.failed');
    }
    for (const [name, value] of Object.entries(problem.headers)) res.setHeader(name, value);
    // What is left of a body that was not read is not worth reading.
    if (!req.complete) res.setHeader('Connection', 'close');
    answer(req, res, problem.status, 'application/problem+json', problemJson(problem), {
      problem: problem.code,
    });
  });
  return app;
}

function refuseMethod(): never {
  throw new HttpProblem(405, 'method_not_allowed', 'Messages are sent with POST.', {
    headers: { Allow: 'POST' },
  });
}

/** Auth0's exact header is documented nowhere, so a missing one counts as JSON, and so does any +json. */
function isJson(contentType: string | undefined): boolean {
  return contentType === undefined || /^\s*application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(contentType);
}

function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  switch (bodyErrorType(error)) {
    case 'entity.too.large':
      return new HttpProblem(413, 'too_large', 'The body is larger than 16 KiB.');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new HttpProblem(415, 'unsupported_media_type', 'Send the body uncompressed and in UTF-8.');
    case 'entity.parse.failed':
    case 'request.size.invalid':
    case 'request.aborted':
      return new HttpProblem(400, 'malformed_request', 'The body is not JSON.');
    case undefined:
      return isBadPath(error)
        ? new HttpProblem(404, 'not_found', 'There is nothing at this path. Messages go to POST /v1/sms.')
        : new HttpProblem(500, 'internal_error', 'Something went wrong here.', { cause: error });
    default:
      return new HttpProblem(400, 'malformed_request', 'The body cannot be read.');
  }
}

/** body-parser marks its errors with a `type` (https://github.com/expressjs/body-parser#errors). */
function bodyErrorType(error: unknown): string | undefined {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;
}

/** A path that is not valid percent-encoding, as the router reports it. */
function isBadPath(error: unknown): boolean {
  return error instanceof URIError;
}
