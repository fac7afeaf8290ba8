import { SignJWT } from 'jose';
import { AUDIENCE, SECRET } from './base-env.ts';

type Claims = Record<string, unknown>;

/** A token as Auth0 makes it, with anything changed that a test wants changed. */
export function auth0Token({
  claims = {},
  secret = SECRET,
  alg = 'HS256',
}: {
  claims?: Claims;
  secret?: string | Uint8Array;
  alg?: string;
} = {}): Promise<string> {
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  return new SignJWT({ iss: 'Auth0', sub: 'urn:Auth0', aud: AUDIENCE, ...claims })
    .setProtectedHeader({ alg, typ: 'JWT' })
    .sign(key);
}

export type Answer = { status: number; headers: Headers; body: Record<string, unknown> };

/** Posts a message as Auth0 does. */
export async function postSms(
  url: string,
  {
    path = '/v1/sms',
    body = {},
    headers = {},
    token,
  }: {
    path?: string;
    body?: Record<string, unknown> | string;
    headers?: Record<string, string>;
    token?: string;
  } = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token ?? (await auth0Token())}`,
      ...headers,
    },
    body:
      typeof body === 'string'
        ? body
        : JSON.stringify({ recipient: '+14155550123', body: freshText(), sender: '+15005550006', ...body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

let codes = 100_000;

/** A text with a code that no other message of this run has. */
export function freshText(): string {
  codes += 1;
  return `Your verification code is: ${codes}`;
}

let numbers = 0;

/** A possible number that no other message of this run has. */
export function freshNumber(): string {
  numbers += 1;
  return `+1415${String(2_000_000 + numbers)}`;
}
