import type { Logger } from '@sms-gateway/process';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { SignIn } from '../sign-in/sign-in.ts';
import { ConsoleProblem, problemJson } from './problem.ts';
import { demandLoopbackHost, demandSameOrigin, securityHeaders } from './security.ts';

type Deps = {
  signIn: SignIn;
  /** False if anybody who reaches the port may act. */
  hasSignIn: boolean;
  /** Routes for operators only. */
  routes: readonly Router[];
  /** Whether Redis answers. */
  isReachable: () => boolean;
  /** The folder of the built pages. */
  pages: string;
  /** Whether there is an inbox to show. */
  hasInbox: boolean;
  logger: Logger;
};

/** The console's HTTP surface. Pages are static and contain no data; their data comes from behind the sign-in. */
export function createApp({
  signIn,
  hasSignIn,
  routes,
  isReachable,
  pages,
  hasInbox,
  logger,
}: Deps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.get('/healthz', (_req, res) => void res.json({ status: 'ok' }));
  app.get('/readyz', (_req, res) => {
    if (isReachable()) res.json({ status: 'ready' });
    else res.status(503).json({ status: 'not_ready', reasons: [NO_REDIS] });
  });
  app.use(securityHeaders, demandSameOrigin);
  if (!hasSignIn) app.use(demandLoopbackHost);
  app.use(signIn.routes);
  app.use('/api', (_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  app.use('/api', signIn.demandOperator, (_req, _res, next) => {
    if (!isReachable()) throw new ConsoleProblem(503, NO_REDIS, { 'Retry-After': '1' });
    next();
  });
  for (const route of routes) app.use(route);
  app.use('/api', refusePath);
  app.get(['/inbox', '/inbox.html'], (_req, res) => {
    if (hasInbox) res.sendFile('inbox.html', { root: pages });
    else refusePath();
  });
  app.use(express.static(pages, { index: 'index.html', redirect: false }));
  app.use(refusePath);
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    const problem = toProblem(error);
    if (problem.status === 500) logger.error({ err: error }, 'console.failed');
    res
      .set(problem.headers)
      .status(problem.status)
      .type('application/problem+json')
      .send(problemJson(problem));
  });
  return app;
}

const NO_REDIS = 'Redis cannot be reached';

function refusePath(): never {
  throw new ConsoleProblem(404, 'There is nothing here.');
}

function toProblem(error: unknown): ConsoleProblem {
  if (error instanceof ConsoleProblem) return error;
  if (error instanceof URIError) return new ConsoleProblem(400, 'The URL is malformed.');
  return new ConsoleProblem(500, 'Internal error. See console.failed in the log of the console.');
}
