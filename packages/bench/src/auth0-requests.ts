import { createHmac } from 'node:crypto';

export type Auth0 = { secret: string; audience: string };

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = base64url({ alg: 'HS256', typ: 'JWT' });

/** A token as Auth0 makes it, good for an hour. */
export function auth0Token({ secret, audience }: Auth0, jti: string): string {
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = { aud: audience, iat: issuedAt, exp: issuedAt + 3600, jti };
  const signed = `${HEADER}.${base64url(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/**
 * Requests as Auth0 makes them, as bytes ready to write: each with a token, a recipient and a code of its own, counted
 * from `first`.
 */
export function auth0Requests({ secret, audience }: Auth0, first: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const { recipient, text } = messageNumber(number);
    const token = auth0Token({ secret, audience }, `bench-${number}`);
    const body = JSON.stringify({
      recipient,
      body: text,
      sender: 'Example',
      req: {
        ip: userAddress(number),
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101',
      },
    });
    return Buffer.from(
      `POST /v1/sms HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer ${token}\r\n` +
        `Content-Type: application/json\r\nAccept: application/json\r\nUser-Agent: auth0\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}

/** One of 131,072 in the network for benchmarks (RFC 2544). */
function userAddress(number: number): string {
  return `198.${18 + ((number >> 16) & 1)}.${(number >> 8) & 255}.${number & 255}`;
}

/** The recipient (a US number) and text of the nth message, unlike those of the eight million before. */
export function messageNumber(number: number): { recipient: string; text: string } {
  const code = String((number * 7919) % 1_000_000).padStart(6, '0');
  return { recipient: `+1415${2_000_000 + (number % 8_000_000)}`, text: `Your verification code is ${code}` };
}
