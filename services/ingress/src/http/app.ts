import { QueueUnavailableError } from '@sms-gateway/delivery';
import type { ConnectionConfig } from '@sms-gateway/config';
import type { Logger } from '@sms-gateway/process';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { Accept } from '../messages/accept.ts';
import type { Gates } from '../auth/connections.ts';
import type { IngressMetrics } from '../metrics.ts';
import { HttpProblem, problemJson } from './problem.ts';
import { readJson } from './read-json.ts';
import type { TakeReceipts } from '../receipts/receipts.ts';
import type { TakeVerified } from '../messages/verified.ts';

/** Milliseconds for which what is left of a body that nobody reads may still come, before its connection is closed. */
const LINGER_MS = 1000;

type Deps = {
  gates: Gates;
  accept: Accept;
  takeReceipts: TakeReceipts;
  takeVerified: TakeVerified;
  metrics: IngressMetrics;
  logger: Logger;
  /** True once the process is shutting down: answers then ask clients to reconnect, to another process. */
  isDraining: () => boolean;
};

type Answer = Response<unknown, { startedAt: number; connection: string; noted: Record<string, unknown> }>;

/** The public HTTP surface. */
export function createApp({
  gates,
  accept,
  takeReceipts,
  takeVerified,
  metrics,
  logger,
  isDraining,
}: Deps): Express {
  /** The connection that a request addresses, once its token has proved to be that one's. */
  async function admit(req: Request, res: Answer): Promise<ConnectionConfig> {
    const gate = gates.find(String(req.params['connection'] ?? 'default'));
    if (gate.name !== undefined) res.locals.connection = gate.name;
    return gate.enter(req.headers.authorization);
  }

  async function acceptMessage(req: Request, res: Answer): Promise<void> {
    const connection = await admit(req, res);
    const body = await readJson(req);
    const { id, isRepeat } = await accept(connection, {
      body,
      idempotencyKey: req.get('idempotency-key'),
      note: (fields) => Object.assign(res.locals.noted, fields),
    });
    const status = isRepeat ? 'duplicate' : 'queued';
    answer(res, 200, 'application/json', JSON.stringify({ id, status }), { messageId: id, isRepeat });
  }

  async function acceptVerified(req: Request, res: Answer): Promise<void> {
    const connection = await admit(req, res);
    const taken = await takeVerified(connection, await readJson(req));
    answer(res, 200, 'application/json', JSON.stringify(taken), taken);
  }

  async function acceptReceipts(req: Request, res: Answer): Promise<void> {
    const { provider, reference } = req.params;
    const { receipts } = await takeReceipts(String(provider), reference && String(reference), req);
    answer(res, 200, 'application/json', '{"status":"ok"}', { provider, receipts });
  }

  function refuse(error: unknown, req: Request, res: Answer): void {
    const problem = toProblem(error);
    if (problem.status === 500) logger.error({ err: problem.cause ?? error }, 'request.failed');
    for (const [name, value] of Object.entries(problem.headers)) res.setHeader(name, value);
    answer(res, problem.status, 'application/problem+json', problemJson(problem), {
      problem: problem.code,
      detail: problem.detail,
      ...(problem.rules && { rules: problem.rules }),
      ...(problem.cause instanceof QueueUnavailableError && { reason: problem.cause.message }),
    });
    if (!req.complete) discardRest(req);
  }

  function answer(
    res: Answer,
    status: number,
    contentType: string,
    body: string,
    fields: Record<string, unknown>,
  ): void {
    const { connection, startedAt, noted } = res.locals;
    if (isDraining()) res.setHeader('Connection', 'close');
    res.writeHead(status, {
      'Content-Type': contentType,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
    });
    res.end(body);
    metrics.requested(connection, status);
    const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000;
    logger.info({ connection, status, durationMs, ...fields, ...noted }, 'request.completed');
  }

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use((req: Request, res: Answer, next: NextFunction) => {
    res.locals.startedAt = performance.now();
    res.locals.connection = 'none';
    res.locals.noted = {};
    refuseUnmet(req);
    next();
  });
  for (const path of ['/v1/sms', '/v1/connections/:connection/sms']) {
    app.route(path).post(acceptMessage).all(refuseMethod);
  }
  app.route('/v1/connections/:connection/verified').post(acceptVerified).all(refuseMethod);
  app.route('/v1/receipts/:provider{/:reference}').post(acceptReceipts).all(refuseMethod);
  app.use(refusePath);
  app.use((error: unknown, req: Request, res: Answer, _next: NextFunction) => refuse(error, req, res));
  return app;
}

/** What node's server would refuse by itself, with no body (RFC 9112 §3.2, RFC 9110 §10.1.1). */
function refuseUnmet({ headers: { host, expect }, httpVersion }: Request): void {
  if (host === undefined && httpVersion === '1.1') {
    throw new HttpProblem(400, 'malformed_request', 'The Host header is missing.', {
      headers: { Connection: 'close' },
    });
  }
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
    throw new HttpProblem(417, 'expectation_failed', 'Only the expectation 100-continue can be met.');
  }
}

function refuseMethod(): never {
  throw new HttpProblem(405, 'method_not_allowed', 'Only POST is answered here.', {
    headers: { Allow: 'POST' },
  });
}

function refusePath(): never {
  throw new HttpProblem(404, 'not_found', 'There is nothing at this path. Messages go to POST /v1/sms.');
}

function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  // How the router reports a path that is not valid percent-encoding.
  if (error instanceof URIError) return new HttpProblem(404, 'not_found', 'There is nothing at this path.');
  return new HttpProblem(500, 'internal_error', 'Something went wrong here.', { cause: error });
}

/** Closed at once, with bytes unread, the connection would be reset, and the answer lost to some clients. */
function discardRest(req: Request): void {
  const timer = setTimeout(() => req.socket.destroy(), LINGER_MS);
  req.once('close', () => clearTimeout(timer));
  req.resume();
}
