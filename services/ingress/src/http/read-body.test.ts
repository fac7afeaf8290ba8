import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readBody } from './read-body.ts';

const REQUEST = 'POST / HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n{}';

/** A request as a server receives it, and the client's side of the connection. */
async function receive(text: string) {
  const server = createServer();
  const arrived = once(server, 'request');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // Listening on TCP, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void client.destroy());
  client.write(text);
  const [req] = (await arrived) as [IncomingMessage];
  return { req, client };
}

test('reads a body that has arrived before anybody asks for it', async () => {
  const { req } = await receive(REQUEST);

  expect((await readBody(req, 16)).toString()).toBe('{}');
});

test('refuses the body of a connection that was closed before anybody asked for it', async () => {
  const { req, client } = await receive(REQUEST);
  // events.once would also listen for errors, and in the gateway nobody does so early.
  const closed = new Promise((resolve) => req.once('close', resolve));
  client.resetAndDestroy();
  await closed;

  await expect(readBody(req, 16)).rejects.toMatchObject({ status: 400, code: 'malformed_request' });
});

test('refuses a body that its connection breaks off', async () => {
  const { req, client } = await receive(REQUEST.slice(0, -1));
  const body = readBody(req, 16);
  client.resetAndDestroy();

  await expect(body).rejects.toMatchObject({ status: 400, code: 'malformed_request' });
});
