import { createHmac } from 'node:crypto';

export type Auth0 = { secret: string; audience: string };

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = base64url({ alg: 'HS256', typ: 'JWT' });

/** A token as Auth0 makes it, valid for an hour. */
export function auth0Token({ secret, audience }: Auth0, jti: string): string {
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = { aud: audience, iat: issuedAt, exp: issuedAt + 3600, jti };
  const signed = `${HEADER}.${base64url(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

export type RequestSource = {
  /**
   * Requests as Auth0 makes them, as bytes ready to write: each with its own token, recipient, code and address.
   * `recipients` has the number of each.
   */
  take(count: number): { requests: Buffer[]; recipients: string[] };
};

/** Makes no request twice. */
export function createRequestSource(auth0: Auth0): RequestSource {
  let number = 0;
  return {
    take: (count) => {
      const numbers = Array.from({ length: count }, () => number++);
      return {
        requests: numbers.map((each) => auth0Request(auth0, each)),
        recipients: numbers.map((each) => messageNumber(each).recipient),
      };
    },
  };
}

function auth0Request(auth0: Auth0, number: number): Buffer {
  const { recipient, text } = messageNumber(number);
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
    `POST /v1/sms HTTP/1.1\r\nHost: gateway.example\r\n` +
      `Authorization: Bearer ${auth0Token(auth0, `bench-${number}`)}\r\n` +
      `Content-Type: application/json\r\nAccept: application/json\r\nUser-Agent: auth0\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The user's address of the nth message: only a field of the request, one of 16 million. */
export function userAddress(number: number): string {
  return `11.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

/** The recipient (a US number) and text of the nth message. Recipients repeat after eight million. */
export function messageNumber(number: number): { recipient: string; text: string } {
  const code = String((number * 7919) % 1_000_000).padStart(6, '0');
  return { recipient: `+1415${2_000_000 + (number % 8_000_000)}`, text: `Your verification code is ${code}` };
}
