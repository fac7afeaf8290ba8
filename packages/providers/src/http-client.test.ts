import { getEventListeners } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import {
  refusingUrl,
  type Respond,
  startDeafServer,
  startScriptedProviderServer,
} from '../../../test/support/scripted-provider-server.ts';
import { createHttpClient, type HttpClientOptions, type HttpRequest } from './http-client.ts';

const REQUEST: HttpRequest = { method: 'POST', path: '/a?b=c', headers: { 'x-test': '1' }, body: 'text' };
const idle = () => new AbortController().signal;

function createClient(options: HttpClientOptions) {
  const client = createHttpClient(options);
  onTestFinished(() => client.close());
  return client;
}

test('gives status, headers and body of the answer', async () => {
  await using server = await startScriptedProviderServer((response) => {
    response.writeHead(404, { 'retry-after': '1' });
    response.write('né');
    response.end('e');
  });
  const client = createClient({ origin: server.url });

  const outcome = await client.request(REQUEST, idle());

  expect(outcome).toMatchObject({
    kind: 'answer',
    status: 404,
    headers: { 'retry-after': '1' },
    body: 'née',
  });
  expect(server.requests).toMatchObject([
    { method: 'POST', path: '/a?b=c', headers: { 'x-test': '1', 'content-length': '4' }, body: 'text' },
  ]);
});

test('waits for the final answer after an interim one', async () => {
  await using server = await startScriptedProviderServer((response) => {
    response.writeEarlyHints({ link: '</x>; rel=preload' });
    response.writeHead(201).end('done');
  });
  const client = createClient({ origin: server.url });

  expect(await client.request(REQUEST, idle())).toMatchObject({ kind: 'answer', status: 201, body: 'done' });
});

test('uses a connection again', async () => {
  const ports = new Set<number | undefined>();
  await using server = await startScriptedProviderServer((response) => {
    ports.add(response.socket?.remotePort);
    response.end();
  });
  const client = createClient({ origin: server.url, connections: 1 });

  await client.request(REQUEST, idle());
  await client.request(REQUEST, idle());
  await client.request(REQUEST, idle());

  expect(ports.size).toBe(1);
});

test('cuts a body at the limit and goes on with a fresh connection', async () => {
  await using server = await startScriptedProviderServer((response, { body }) => {
    if (body === 'text') response.write('x'.repeat(5_000));
    else response.end('short');
  });
  const client = createClient({ origin: server.url, maxBodyBytes: 1_000, connections: 1 });

  const cut = await client.request(REQUEST, idle());
  const next = await client.request({ ...REQUEST, body: 'next' }, idle());

  expect(cut).toMatchObject({ kind: 'answer', status: 200, body: 'x'.repeat(1_000) });
  expect(next).toMatchObject({ kind: 'answer', body: 'short' });
});

test('does not repeat a request whose keep-alive connection is reset, and does not call it unsent', async () => {
  const respond: Respond = (response, { body }) => {
    if (body === 'reset') response.socket?.resetAndDestroy();
    else response.end();
  };
  await using server = await startScriptedProviderServer(respond);
  const client = createClient({ origin: server.url, connections: 1 });
  await client.request(REQUEST, idle());

  const outcome = await client.request({ ...REQUEST, body: 'reset' }, idle());

  expect(outcome).toEqual({ kind: 'no_answer', code: 'connection_reset' });
  expect(server.requests).toHaveLength(2);
});

test('goes on after a reset', async () => {
  await using server = await startScriptedProviderServer((response, { body }) => {
    if (body === 'reset') response.socket?.resetAndDestroy();
    else response.end();
  });
  const client = createClient({ origin: server.url, connections: 1 });
  await client.request({ ...REQUEST, body: 'reset' }, idle());

  expect(await client.request(REQUEST, idle())).toMatchObject({ kind: 'answer', status: 200 });
});

test('never writes a request that was aborted while it waited for a connection', async () => {
  await using server = await startScriptedProviderServer((response, { body }) => {
    if (body !== 'silent') response.end();
  });
  const client = createClient({ origin: server.url, connections: 1 });
  const silent = new AbortController();
  const waiting = new AbortController();
  const first = client.request({ ...REQUEST, body: 'silent' }, silent.signal);
  await server.nextRequest();

  const second = client.request({ ...REQUEST, body: 'waiting' }, waiting.signal);
  waiting.abort();
  const outcome = await second;
  silent.abort();
  await first;
  await client.request({ ...REQUEST, body: 'last' }, idle());

  expect(outcome).toEqual({ kind: 'not_sent', code: 'aborted' });
  expect(server.requests.map(({ body }) => body)).toEqual(['silent', 'last']);
});

test('knows that nothing was written while TLS was not agreed', async () => {
  await using server = await startDeafServer();
  const client = createClient({ origin: server.url.replace('http:', 'https:'), connectTimeoutMs: 50 });

  expect(await client.request(REQUEST, idle())).toEqual({ kind: 'not_sent', code: 'connect_timeout' });
});

test('knows that nothing was written to a server that does not speak TLS', async () => {
  await using server = await startScriptedProviderServer((response) => response.end());
  const client = createClient({ origin: server.url.replace('http:', 'https:') });

  expect(await client.request(REQUEST, idle())).toEqual({ kind: 'not_sent', code: 'tls_failed' });
});

test('knows a refused connection where a name has several addresses', async () => {
  const client = createClient({ origin: refusingUrl().replace('127.0.0.1', 'localhost') });

  expect(await client.request(REQUEST, idle())).toEqual({ kind: 'not_sent', code: 'connect_refused' });
});

test.each<[string, Respond]>([
  ['before the answer', () => {}],
  [
    'within the answer',
    (response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('x');
    },
  ],
])('gives up on silence %s by itself at last', async (_, respond) => {
  await using server = await startScriptedProviderServer(respond);
  const client = createClient({ origin: server.url, answerTimeoutMs: 50 });

  expect(await client.request(REQUEST, idle())).toEqual({ kind: 'no_answer', code: 'answer_timeout' });
});

test('closing ends what is in flight, and what comes later', async () => {
  await using server = await startScriptedProviderServer(() => {});
  const client = createHttpClient({ origin: server.url });
  const inFlight = client.request(REQUEST, idle());
  await server.nextRequest();

  await client.close();

  expect(await inFlight).toEqual({ kind: 'no_answer', code: 'client_closed' });
  expect(await client.request(REQUEST, idle())).toEqual({ kind: 'not_sent', code: 'client_closed' });
});

test('leaves no listener on a signal that outlives the request', async () => {
  await using server = await startScriptedProviderServer((response) => response.end());
  const client = createClient({ origin: server.url });
  const { signal } = new AbortController();

  await client.request(REQUEST, signal);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
