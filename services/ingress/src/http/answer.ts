import type { EventLog, Logger } from '@sms-gateway/process';
import type { Request, Response } from 'express';
import { HttpProblem, problemJson } from './problem.ts';
import type { RefusalLog } from './refusal-log.ts';

/** Milliseconds for which the rest of an unread body may arrive before the connection is closed. */
const LINGER_MS = 1000;

/** A response to a request for a connection; `none` if the request addresses no configured one. */
export type Answer = Response<
  unknown,
  {
    startedAt: number;
    connection: string;
    /** Whether the request is authenticated: if so, it always gets a log line. */
    isProved: boolean;
    /** Fields that handlers add to the log line of the request. */
    noted: Record<string, unknown>;
  }
>;

export type Answers = {
  /** Answers 200. `fields` are for the log line of the request. */
  send(res: Answer, body: object, fields: Record<string, unknown>): void;
  /** Answers with the problem that `error` is, or with 500. */
  refuse(error: unknown, req: Request, res: Answer): void;
};

type Deps = {
  metrics: {
    requested(connection: string, status: number): void;
    refused(connection: string, problem: string, fault: string | undefined): void;
  };
  logger: Logger;
  logEvent: EventLog;
  refusalLog: RefusalLog;
  /** True once the process is shutting down: answers then ask clients to reconnect, to another process. */
  isDraining: () => boolean;
};

/** Writes answers and one log line per request, except in a flood of unauthenticated requests. */
export function createAnswers({ metrics, logger, logEvent, refusalLog, isDraining }: Deps): Answers {
  function write(
    res: Answer,
    { status, contentType, body }: { status: number; contentType: string; body: string },
    fields: Record<string, unknown>,
  ): void {
    const { connection, startedAt, isProved, noted } = res.locals;
    if (isDraining()) res.setHeader('Connection', 'close');
    const bytes = Buffer.byteLength(body);
    res.writeHead(status, {
      'Content-Type': contentType,
      'Content-Length': bytes,
      'Cache-Control': 'no-store',
    });
    // ASCII has the same bytes in both, and Latin-1 costs less to write.
    res.end(body, bytes === body.length ? 'latin1' : 'utf8');
    metrics.requested(connection, status);
    if (!isProved && typeof fields['problem'] === 'string' && !refusalLog.takes(fields['problem'])) return;
    const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000;
    logEvent('request.completed', { connection, status, durationMs, ...fields }, noted);
  }

  return {
    send: (res, body, fields) => {
      write(res, { status: 200, contentType: 'application/json', body: JSON.stringify(body) }, fields);
    },
    refuse: (error, req, res) => {
      const problem = toProblem(error);
      if (problem.status === 500) logger.error({ err: problem.cause ?? error }, 'request.failed');
      for (const [name, value] of Object.entries(problem.headers)) res.setHeader(name, value);
      const answer = {
        status: problem.status,
        contentType: 'application/problem+json',
        body: problemJson(problem),
      };
      metrics.refused(res.locals.connection, problem.code, problem.fault);
      write(res, answer, {
        problem: problem.code,
        detail: problem.detail,
        ...(problem.rules && { rules: problem.rules }),
        ...(problem.reason !== undefined && { reason: problem.reason }),
      });
      if (!req.complete && !req.destroyed) discardRest(req);
    },
  };
}

function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  // How the router reports a path that is not valid percent-encoding.
  if (error instanceof URIError) return new HttpProblem(404, 'not_found', 'There is nothing at this path.');
  return new HttpProblem(500, 'internal_error', 'Something went wrong here.', { cause: error });
}

/** Closing at once, with bytes unread, would reset the connection, and some clients would lose the answer. */
function discardRest(req: Request): void {
  const timer = setTimeout(() => req.socket.destroy(), LINGER_MS);
  req.once('close', () => clearTimeout(timer));
  req.resume();
}
