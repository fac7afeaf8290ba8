import type { NextFunction, Request, Response } from 'express';
import { ConsoleProblem } from './problem.ts';

/** Pages load only their own files, cannot be framed, and send no referrer. */
const HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function securityHeaders(_req: Request, res: Response, next: NextFunction): void {
  res.set(HEADERS);
  next();
}

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Without sign-in, anybody who reaches the port may act, so only a browser on this machine may reach it. A page on another
 * site whose name resolves to 127.0.0.1 (DNS rebinding) is recognised by its Host header.
 */
export function demandLoopbackHost(req: Request, _res: Response, next: NextFunction): void {
  if (!LOOPBACK.test(req.headers.host ?? '')) {
    throw new ConsoleProblem(
      421,
      'Without sign-in, the console only answers as localhost, 127.0.0.1 or [::1]. Set CONSOLE_PASSWORD or CONSOLE_OIDC_ISSUER to use another name.',
    );
  }
  next();
}

/**
 * Refuses changes requested by another site's page. Browsers send Origin with every request that changes something
 * (https://fetch.spec.whatwg.org/#origin-header). Other programs send none, and have no cookie that a page could abuse.
 */
export function demandSameOrigin(req: Request, _res: Response, next: NextFunction): void {
  const { origin, host } = req.headers;
  const isReading = req.method === 'GET' || req.method === 'HEAD';
  if (isReading || origin === undefined || hostOf(origin) === host) return next();
  throw new ConsoleProblem(403, 'Only pages of this console may change something.');
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
