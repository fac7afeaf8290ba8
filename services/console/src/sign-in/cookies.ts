import type { Request, Response } from 'express';

/** A browser keeps a `__Host-` cookie for this very host, and takes it over TLS only (RFC 6265bis §4.1.3.2). */
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
    // Not strict: coming back from the identity provider, the browser would leave it out.
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
