import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createLogger } from '@sms-gateway/process';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { type Answer, createAnswers } from './answer.ts';
import { HttpProblem } from './problem.ts';

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test('a connection that was closed before its request is refused leaves no timer behind', async () => {
  const answers = createAnswers({
    metrics: { requested: () => undefined, refused: () => undefined },
    logger: createLogger({ service: 'ingress', level: 'silent', destination: { write: () => undefined } }),
    logEvent: () => undefined,
    refusalLog: { takes: () => false },
    isDraining: () => false,
  });
  let resolve: (change: number) => void = () => undefined;
  const change = new Promise<number>((settle) => {
    resolve = settle;
  });
  const app = express();
  app.use((req, res: Answer) => {
    res.locals = { startedAt: 0, connection: 'none', isProved: false, noted: {} };
    req.once('close', () => {
      const before = timers();
      answers.refuse(new HttpProblem(401, 'unauthenticated', 'No token.'), req, res);
      resolve(timers() - before);
    });
    client.resetAndDestroy();
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  // Listening on TCP, so the address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1').on('error', () => undefined);
  client.write('POST / HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n{');

  expect(await change).toBe(0);
});
