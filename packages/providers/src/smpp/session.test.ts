import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startSmsc } from '../../../../test/support/smpp-smsc.ts';
import { createSession } from './session.ts';
import { STANDARD_DIALECT } from './dialect.ts';
import { submitParts } from './submit.ts';

const idle = () => new AbortController().signal;
const MESSAGE = { to: '+14155550123', sender: 'Acme', body: 'Hello', validUntilMs: 60_000 };
const SUBMIT = submitParts(MESSAGE, STANDARD_DIALECT)?.body(1, 0, 0) ?? Buffer.alloc(0);

async function openSession(port: number, windowSize: number) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const session = createSession(socket, {
    windowSize,
    respondTimeoutMs: 5_000,
    enquireIntervalMs: 60_000,
    unbindTimeoutMs: 50,
    onDeliver: async () => 0,
  });
  onTestFinished(() => session.end('client_closed'));
  return session;
}

test('writes nothing for one that is aborted on its way from the window to the socket', async () => {
  await using smsc = await startSmsc();
  const session = await openSession(smsc.port, 1);
  const controller = new AbortController();

  const aborted = session.submit(SUBMIT, controller.signal);
  controller.abort();

  expect(await aborted).toEqual({ kind: 'not_sent', code: 'aborted' });
  expect(await session.submit(SUBMIT, idle())).toMatchObject({ kind: 'answer', status: 0 });
  expect(smsc.of('submit_sm')).toHaveLength(1);
});

test('writes nothing after its end, which keeps its first reason', async () => {
  await using smsc = await startSmsc();
  const session = await openSession(smsc.port, 1);

  session.end('connection_reset');
  session.end('client_closed');

  expect(await session.ended).toBe('connection_reset');
  expect(await session.submit(SUBMIT, idle())).toEqual({ kind: 'not_sent', code: 'smpp_not_bound' });
  expect(await session.bind('bind_transceiver', {})).toEqual({ kind: 'not_sent', code: 'smpp_not_bound' });
});
