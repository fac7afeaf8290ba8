import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createLogger } from '@sms-gateway/process';
import express, { type Request } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { type Answer, createAnswers } from './answer.ts';
import { HttpProblem } from './problem.ts';

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

const answers = createAnswers({
  metrics: { requested: () => undefined, refused: () => undefined },
  logger: createLogger({ service: 'ingress', level: 'silent', destination: { write: () => undefined } }),
  logEvent: () => undefined,
  refusalLog: { takes: () => false },
  isDraining: () => false,
});

/** Starts a server that answers requests of no connection with `handle`, and returns its port. */
async function serve(handle: (req: Request, res: Answer) => void): Promise<number> {
  const app = express();
  app.use((req, res: Answer) => {
    res.locals = { startedAt: 0, connection: 'none', isProved: false, noted: {} };
    handle(req, res);
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // Listening on TCP, so the address is not a pipe's name.
  return (server.address() as AddressInfo).port;
}

test.each(['gateway', 'ÿ', '€', '🔐', 'ok \ud83d'])(
  'answers with %j in UTF-8, and with its length in bytes',
  async (text) => {
    const port = await serve((_, res) => answers.send(res, { text }, {}));

    const response = await fetch(`http://127.0.0.1:${port}/`);
    const bytes = Buffer.from(await response.arrayBuffer());

    expect(bytes).toEqual(Buffer.from(JSON.stringify({ text })));
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
  },
);

test('a connection that was closed before its request is refused leaves no timer behind', async () => {
  let resolve: (change: number) => void = () => undefined;
  const change = new Promise<number>((settle) => {
    resolve = settle;
  });
  const port = await serve((req, res) => {
    req.once('close', () => {
      const before = timers();
      answers.refuse(new HttpProblem(401, 'unauthenticated', 'No token.'), req, res);
      resolve(timers() - before);
    });
    client.resetAndDestroy();
  });
  const client = connect(port, '127.0.0.1').on('error', () => undefined);
  client.write('POST / HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n{');

  expect(await change).toBe(0);
});
