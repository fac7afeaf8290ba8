import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { jwtVerify } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { acceptedId, createActionCaller, createGatewayCaller, isTaken } from './caller.ts';

const SECRET = 'q-vN1L0vV1l2x9c6b9xkY3Qy8m5s7d2fW0aZbT4uE8I';
const message = { recipient: '+14155550123', text: 'Your verification code is: 123456', code: '123456' };
const authentication = { secret: SECRET, isSecretBase64Encoded: false, audience: 'urn:gateway' };

/** A gateway that answers 200 with an id. */
async function setup({ status = 200 } = {}) {
  const received: { headers: IncomingHttpHeaders; body: unknown }[] = [];
  const server = createServer((request, response) => {
    const answer = async () => {
      received.push({ headers: request.headers, body: await json(request) });
      response.writeHead(status).end('{"id":"msg_1","status":"queued"}');
    };
    void answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/sms`, received };
}

async function actionFile(code: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sms-gateway-action-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'action.js');
  await writeFile(file, code);
  return file;
}

test('the legacy call is signed anew for each message', async () => {
  const { url, received } = await setup();
  let now = Date.parse('2026-11-23T12:00:00Z');
  const call = createGatewayCaller({ url, authentication, now: () => (now += 1000) });

  expect(await call(message)).toEqual({
    answer: {
      kind: 'answered',
      status: 200,
      body: '{"id":"msg_1","status":"queued"}',
      durationMs: expect.any(Number) as number,
    },
  });
  await call(message);

  const issuedAt = received.map(async ({ headers }) => {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    return (await jwtVerify(token, new TextEncoder().encode(SECRET))).payload.iat;
  });
  const [first = 0, second] = await Promise.all(issuedAt);
  expect(second).toBe(first + 1);
});

// Posts what it was given, so that a test can look at it.
const ECHO = `exports.onExecuteCustomPhoneProvider = async (event, api) => {
  const { GATEWAY_URL, ...secrets } = event.secrets;
  const seen = api.cache.get('calls')?.value ?? '0';
  api.cache.set('calls', String(Number(seen) + 1));
  const response = await fetch(GATEWAY_URL, {
    method: 'POST',
    body: JSON.stringify({ ...event.notification, secrets, seen }),
  });
  if (response.status !== 200) api.notification.retry('gateway ' + response.status);
};`;

test('the Action gets the message, its secrets, and a cache that lasts', async () => {
  const { url, received } = await setup();
  const call = await createActionCaller({
    url,
    authentication: { ...authentication, subject: 'urn:Auth0', isSecretBase64Encoded: true },
    file: await actionFile(ECHO),
  });

  const made = await call(message);
  await call(message);

  expect(made).toMatchObject({ answer: { status: 200 }, action: { end: { kind: 'returned' } } });
  expect(isTaken(made)).toBe(true);
  expect(acceptedId(made)).toBe('msg_1');
  expect(received.map(({ body }) => body)).toMatchObject([
    {
      recipient: message.recipient,
      as_text: message.text,
      code: message.code,
      secrets: {
        GATEWAY_SECRET: SECRET,
        GATEWAY_AUDIENCE: 'urn:gateway',
        GATEWAY_SUBJECT: 'urn:Auth0',
        GATEWAY_SECRET_BASE64: 'true',
      },
      seen: '0',
    },
    { seen: '1' },
  ]);
});

test('secrets that the authentication lacks are not set', async () => {
  const { url, received } = await setup();
  const call = await createActionCaller({ url, authentication, file: await actionFile(ECHO) });

  await call(message);

  expect(received[0]?.body).toMatchObject({
    secrets: { GATEWAY_SECRET: SECRET, GATEWAY_AUDIENCE: 'urn:gateway' },
  });
  expect(received[0]?.body).not.toHaveProperty('secrets.GATEWAY_SUBJECT');
  expect(received[0]?.body).not.toHaveProperty('secrets.GATEWAY_SECRET_BASE64');
});

test('an Action that asks for a retry has not sent anything', async () => {
  const { url } = await setup({ status: 503 });
  const call = await createActionCaller({ url, authentication, file: await actionFile(ECHO) });

  const made = await call(message);

  expect(made).toMatchObject({ answer: { status: 503 }, action: { end: { kind: 'retry' } } });
  expect(isTaken(made)).toBe(false);
  expect(acceptedId(made)).toBeUndefined();
});

test('an Action that makes no call has no answer, and has sent nothing', async () => {
  const { url } = await setup();
  const file = await actionFile('exports.onExecuteCustomPhoneProvider = async () => {};');

  const made = await (await createActionCaller({ url, authentication, file }))(message);

  expect(made).toMatchObject({ answer: undefined, action: { end: { kind: 'returned' } } });
  expect(isTaken(made)).toBe(false);
});

test.each([['OK'], ['{"id":7}'], ['[]'], ['{"id":""}']])('%j names no message', (body) => {
  expect(acceptedId({ answer: { kind: 'answered', status: 200, body, durationMs: 1 } })).toBeUndefined();
});
