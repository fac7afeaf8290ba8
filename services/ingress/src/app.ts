import type { ConnectionConfig } from '@sms-gateway/config';
import { QueueUnavailableError, type TraceReader } from '@sms-gateway/delivery';
import { messageStatus } from '@sms-gateway/reporting';
import express, { type Express, type NextFunction, type Request } from 'express';
import type { ConnectionAuthenticators } from './auth/connection-authenticators.ts';
import type { Answer, Answers } from './http/answer.ts';
import { createCohort } from './cohort.ts';
import { orUnavailable } from './http/or-unavailable.ts';
import { HttpProblem, methodNotAllowed } from './http/problem.ts';
import { readJson } from './http/read-json.ts';
import type { AcceptMessage } from './messages/accept-message.ts';
import type { RecordVerified } from './messages/record-verified.ts';
import type { ReceiptWebhook } from './receipts/receipt-webhook.ts';

type Deps = {
  authenticators: ConnectionAuthenticators;
  acceptMessage: AcceptMessage;
  traces: TraceReader;
  recordVerified: RecordVerified;
  receiptWebhook: ReceiptWebhook;
  answers: Answers;
};

/** The routes of the public listener. */
export function createApp({
  authenticators,
  acceptMessage,
  traces,
  recordVerified,
  receiptWebhook,
  answers,
}: Deps): Express {
  const cohort = createCohort();

  /** The connection that a request addresses, once its token has been verified for it. */
  function authenticate(req: Request, res: Answer): ConnectionConfig {
    const authenticator = authenticators.find(String(req.params['connection'] ?? 'default'));
    if (authenticator.connectionName !== undefined) res.locals.connection = authenticator.connectionName;
    const connection = authenticator.authenticate(req.headers.authorization);
    res.locals.isProved = true;
    return connection;
  }

  async function postMessage(req: Request, res: Answer): Promise<void> {
    await cohort.gather();
    const connection = authenticate(req, res);
    const body = await readJson(req);
    await cohort.gather();
    const { id, isRepeat, outcome } = await acceptMessage(connection, {
      body,
      idempotencyKey: req.get('idempotency-key'),
      note: (fields) => Object.assign(res.locals.noted, fields),
    });
    const status = isRepeat ? 'duplicate' : 'queued';
    answers.send(res, { id, status, outcome }, { messageId: id, isRepeat, outcome });
  }

  /** Only callers that may send through a connection may read its messages. */
  async function getMessage(req: Request, res: Answer): Promise<void> {
    const opened = authenticators.openedBy(req.headers.authorization);
    const trace = await orUnavailable('The message cannot be read now. Try again.', async () => {
      try {
        return await traces.read(String(req.params['id']));
      } catch (cause) {
        throw new QueueUnavailableError('Redis did not answer', { cause });
      }
    });
    if (trace === undefined || !opened.includes(trace.connection)) {
      throw new HttpProblem(404, 'not_found', 'There is no such message in the last 72 hours.');
    }
    res.locals.connection = trace.connection;
    answers.send(res, messageStatus(trace), { messageId: trace.id });
  }

  async function postVerified(req: Request, res: Answer): Promise<void> {
    const connection = authenticate(req, res);
    const recorded = await recordVerified(connection, await readJson(req));
    answers.send(res, recorded, recorded);
  }

  async function receiveReceipts(req: Request, res: Answer): Promise<void> {
    const { provider, reference } = req.params;
    const { receipts } = await receiptWebhook(String(provider), reference && String(reference), req);
    answers.send(res, { status: 'ok' }, { provider, receipts });
  }

  const refuseOther = () => refuseMethod('POST');
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.use((req: Request, res: Answer, next: NextFunction) => {
    res.locals = { startedAt: performance.now(), connection: 'none', isProved: false, noted: {} };
    refuseUnmet(req);
    next();
  });
  for (const path of ['/v1/sms', '/v1/connections/:connection/sms']) {
    app.route(path).post(postMessage).all(refuseOther);
  }
  app
    .route('/v1/messages/:id')
    .get(getMessage)
    .all(() => refuseMethod('GET'));
  for (const path of ['/v1/verified', '/v1/connections/:connection/verified']) {
    app.route(path).post(postVerified).all(refuseOther);
  }
  app.all('/v1/receipts/:provider{/:reference}', receiveReceipts);
  app.use(refusePath);
  app.use((error: unknown, req: Request, res: Answer, _next: NextFunction) =>
    answers.refuse(error, req, res),
  );
  return app;
}

/** Refuses requests that Node's server would refuse without a body (RFC 9112 §3.2, RFC 9110 §10.1.1). */
function refuseUnmet({ headers: { host, expect }, httpVersion }: Request): void {
  if (host === undefined && httpVersion === '1.1') {
    throw new HttpProblem(400, 'malformed_request', 'The Host header is missing.', {
      headers: { Connection: 'close' },
    });
  }
  if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
    throw new HttpProblem(417, 'expectation_failed', 'Only the expectation 100-continue is supported.');
  }
}

function refuseMethod(allowed: 'GET' | 'POST'): never {
  throw methodNotAllowed([allowed]);
}

function refusePath(): never {
  throw new HttpProblem(404, 'not_found', 'There is nothing at this path. Messages go to POST /v1/sms.');
}
