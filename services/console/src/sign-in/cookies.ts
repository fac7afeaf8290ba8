import type { Request, Response } from 'express';

/** Browsers accept a `__Host-` cookie only over TLS, and send it only to this host (RFC 6265bis §4.1.3.2). */
const nameOf = (name: string, isSecure: boolean) => (isSecure ? `__Host-${name}` : name);

type Cookie = { name: string; isSecure: boolean };

export function readCookie(req: Request, { name, isSecure }: Cookie): string | undefined {
  const wanted = `${nameOf(name, isSecure)}=`;
  const pair = (req.headers.cookie ?? '').split(/;\s*/).find((candidate) => candidate.startsWith(wanted));
  return pair?.slice(wanted.length) || undefined;
}

export function setCookie(
  res: Response,
  { name, isSecure, value, maxAgeMs }: Cookie & { value: string; maxAgeMs: number },
): void {
  res.cookie(nameOf(name, isSecure), value, {
    httpOnly: true,
    // Not strict: on the redirect from the identity provider, the browser would omit the cookie.
    sameSite: 'lax',
    secure: isSecure,
    path: '/',
    maxAge: maxAgeMs,
    encode: (text) => text,
  });
}

export function clearCookie(res: Response, { name, isSecure }: Cookie): void {
  res.clearCookie(nameOf(name, isSecure), { httpOnly: true, sameSite: 'lax', secure: isSecure, path: '/' });
}
