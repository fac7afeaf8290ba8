import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express, { type Express } from 'express';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createServer } from './server.ts';
import { until } from '../../../../test/support/until.ts';

type Pair = [request: IncomingMessage, response: ServerResponse];
type Birth = { pair: Pair; prototypes: unknown[] };

/** Serves `app` in the way of `serve`, and keeps every request and response from before the app has seen them. */
async function setup(serve: (app: Express) => http.Server, route: express.RequestHandler) {
  const app = express();
  app.post('/codes/:id', route);
  const server = serve(app);
  const born: Birth[] = [];
  server.prependListener('request', (...pair: Pair) => {
    born.push({ pair, prototypes: pair.map((object) => Reflect.getPrototypeOf(object)) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // Listening on TCP, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return { app, born, url: `http://127.0.0.1:${port}` };
}

function first([birth]: Birth[]): Birth {
  if (birth === undefined) throw new Error('the server has seen no request');
  return birth;
}

test('Express finds requests and responses with the prototypes that it wants, and so changes none', async () => {
  const { born, url } = await setup(createServer, (_req, res) => void res.json({}));
  const setPrototypeOf = vi.spyOn(Object, 'setPrototypeOf');
  onTestFinished(() => setPrototypeOf.mockRestore());

  await fetch(`${url}/codes/7`, { method: 'POST' });

  const { pair, prototypes } = first(born);
  const changed = setPrototypeOf.mock.calls.filter(([object]) => pair.includes(object));
  expect(changed.map(([, prototype]) => prototype)).toEqual(prototypes);
  expect(pair.map((object) => Reflect.getPrototypeOf(object))).toEqual(prototypes);
});

test('without our server, Express does change them: what the test above rests on', async () => {
  const { born, url } = await setup(http.createServer, (_req, res) => void res.json({}));

  await fetch(`${url}/codes/7`, { method: 'POST' });

  const { pair, prototypes } = first(born);
  for (const [index, object] of pair.entries()) {
    expect(Reflect.getPrototypeOf(object)).not.toBe(prototypes[index]);
  }
});

test('requests and responses have all of Express and all of node', async () => {
  const { url } = await setup(createServer, (req, res) => {
    res.status(418).set('X-Seen', req.get('x-sent') ?? 'nothing');
    res.json({
      id: req.params['id'],
      isJson: req.is('json'),
      path: req.path,
      ip: req.ip,
      app: req.app === res.app,
      isNode: req instanceof http.IncomingMessage && res instanceof http.ServerResponse,
    });
  });

  const response = await fetch(`${url}/codes/7`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Sent': 'hello' },
    body: '{}',
  });

  expect(response.status).toBe(418);
  expect(response.headers.get('x-seen')).toBe('hello');
  expect(await response.json()).toEqual({
    id: '7',
    isJson: 'json',
    path: '/codes/7',
    ip: '127.0.0.1',
    app: true,
    isNode: true,
  });
});

test('apps of two servers share nothing', async () => {
  const one = await setup(createServer, (_req, res) => void res.json({}));
  const other = await setup(createServer, (_req, res) => void res.json({}));
  Object.defineProperty(one.app.request, 'onlyOne', { value: true });

  expect('onlyOne' in one.app.request).toBe(true);
  expect('onlyOne' in other.app.request).toBe(false);
});

/** Resolves once the other side has ended and closed the connection. */
async function rawRequest(url: string, text: string, { resets = false } = {}): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => undefined);
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(text, resolve));
  if (resets) socket.resetAndDestroy();
  if (!socket.closed) await once(socket, 'end').catch(() => undefined);
  return Buffer.concat(chunks).toString();
}

test.each(['CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', 'nonsense\r\n\r\n'])(
  'a connection that is reset after %j ends nothing but itself',
  async (text) => {
    const { url } = await setup(createServer, (_req, res) => void res.json({}));

    await Promise.all(Array.from({ length: 20 }, () => rawRequest(url, text, { resets: true })));

    expect((await fetch(`${url}/codes/7`, { method: 'POST' })).status).toBe(200);
  },
);

test('who is refused before there is a request is counted, and cannot keep the connection half open', async () => {
  const refused: number[] = [];
  const connections = new Set<unknown>();
  const { url } = await setup(
    (app) => {
      const server = createServer(app, { onRefused: (status) => void refused.push(status) });
      return server.on('connection', (socket: Socket) => {
        connections.add(socket);
        socket.once('close', () => connections.delete(socket));
      });
    },
    (_req, res) => void res.json({}),
  );

  expect(await rawRequest(url, 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 /);
  expect(await rawRequest(url, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);

  expect(refused).toEqual([405, 400]);
  await until(() => expect(connections.size).toBe(0));
});

test('a server that is stopping answers a request with an unknown expectation before it closes the connection', async () => {
  let drain: (() => Promise<void>) | undefined;
  const { url } = await setup(
    (app) => {
      const server = createServer(app);
      drain = server.drain;
      return server;
    },
    (_req, res) => {
      void drain?.();
      res.json({});
    },
  );

  const answer = await rawRequest(
    url,
    'POST /codes/7 HTTP/1.1\r\nHost: x\r\nExpect: nothing\r\nContent-Length: 0\r\n\r\n',
  );

  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});
