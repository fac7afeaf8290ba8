import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { callGateway, explainActionEnd, signToken, tellApplication } from './play-auth0.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const SECRET = 'q-vN1L0vV1l2x9c6b9xkY3Qy8m5s7d2fW0aZbT4uE8I';

async function setup(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/sms`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const message = { token: 'a-token', recipient: '+14155550123', text: 'Your verification code is: 123456' };

test('a token is HS256 and says what Auth0 says', async () => {
  const token = await signToken(
    { secret: SECRET, isSecretBase64Encoded: false, audience: 'urn:gateway', subject: 'urn:Auth0' },
    NOW,
  );

  expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' });
  const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET));
  expect(payload).toEqual({ iss: 'Auth0', aud: 'urn:gateway', sub: 'urn:Auth0', iat: NOW / 1000 });
});

test('without a subject there is no sub, and a base64url secret is decoded', async () => {
  const token = await signToken(
    { secret: SECRET, isSecretBase64Encoded: true, audience: 'urn:gateway' },
    NOW,
  );

  const { payload } = await jwtVerify(token, Buffer.from(SECRET, 'base64url'));
  expect(payload).not.toHaveProperty('sub');
});

test('the call carries the token and the documented body', async () => {
  const received: { authorization: string | undefined; body: unknown }[] = [];
  await using gateway = await setup((request, response) => {
    const answer = async () => {
      received.push({ authorization: request.headers.authorization, body: await json(request) });
      response.end('{"id":"msg_1","status":"queued"}');
    };
    void answer();
  });

  const answer = await callGateway({ url: gateway.url, ...message });

  expect(answer).toMatchObject({ kind: 'answered', status: 200, body: '{"id":"msg_1","status":"queued"}' });
  expect(received).toEqual([
    {
      authorization: 'Bearer a-token',
      body: {
        recipient: message.recipient,
        body: message.text,
        sender: expect.any(String) as string,
        req: { ip: expect.any(String) as string, 'user-agent': expect.any(String) as string },
      },
    },
  ]);
});

test('a redirect is an answer, not followed', async () => {
  await using gateway = await setup((_request, response) => response.writeHead(302, { location: '/' }).end());

  expect(await callGateway({ url: gateway.url, ...message })).toMatchObject({ status: 302 });
});

test('silence is a timeout', async () => {
  await using gateway = await setup(() => undefined);

  const answer = await callGateway({ url: gateway.url, ...message, timeoutMs: 50 });

  expect(answer).toEqual({ kind: 'timed_out', timeoutMs: 50 });
});

test('a closed port is unreachable, with the code of the system', async () => {
  const gateway = await setup(() => undefined);
  await gateway[Symbol.asyncDispose]();

  expect(await callGateway({ url: gateway.url, ...message })).toEqual({
    kind: 'unreachable',
    code: 'ECONNREFUSED',
  });
});

const answered = (status: number) => ({ kind: 'answered', status, body: '', durationMs: 1 }) as const;

test('only 200 is a success to Auth0', () => {
  expect(tellApplication(answered(200))).toEqual({ status: 200 });
  expect(tellApplication(answered(202)).status).toBe(400);
});

test.each([
  [answered(422), 'Unexpected response while calling the SMS gateway: 422'],
  [answered(401), 'Authentication failed while calling the SMS gateway: 401'],
  [{ kind: 'timed_out', timeoutMs: 1 } as const, 'Timeout while calling the SMS gateway: <Timeout Code>'],
])('what the application is told is the documented text: %o', (answer, description) => {
  expect(tellApplication(answer)).toEqual({
    status: 400,
    error: 'sms_provider_error',
    error_description: description,
  });
});

test('for an unreachable gateway no text is made up', () => {
  const told = tellApplication({ kind: 'unreachable', code: 'ECONNREFUSED' });

  expect(told).toEqual({ status: undefined, explanation: expect.stringContaining('not the text') as string });
});

test.each([
  [{ kind: 'returned' } as const, 'as sent'],
  [{ kind: 'dropped', reason: 'gateway 403' } as const, 'does not retry: gateway 403'],
  [{ kind: 'retry', reason: 'gateway 503' } as const, 'up to 5 times within the next minutes: gateway 503'],
  [{ kind: 'threw', message: 'oh' } as const, 'does not document what happens after an Action threw: oh'],
  [{ kind: 'timed_out', timeoutMs: 20_000 } as const, 'after 20 s'],
])('what Auth0 does with the end of an Action: %o', (end, explanation) => {
  expect(explainActionEnd(end)).toContain(explanation);
});
