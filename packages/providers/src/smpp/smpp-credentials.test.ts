import { expect, onTestFinished, test } from 'vitest';
import { readBind, type Script, startSmsc } from '../../../../test/support/smpp-smsc.ts';
import { STANDARD_DIALECT } from './dialect.ts';
import { smppCredentials } from './smpp-credentials.ts';

const PASSWORD = 'pass-9f2';

async function setup(script: Script = {}) {
  const smsc = await startSmsc(script);
  onTestFinished(() => smsc[Symbol.asyncDispose]());
  const check = smppCredentials({
    hosts: [{ host: '127.0.0.1', port: smsc.port, tls: false }],
    systemId: 'gateway',
    password: PASSWORD,
    systemType: '',
    dialect: STANDARD_DIALECT,
  });
  return { smsc, check };
}

const refuse =
  (status: number): NonNullable<Script['bind_transmitter']> =>
  (pdu, { respond }) =>
    respond(pdu, { command: 'generic_nack', status });

test('binds as transmitter, which gets no receipts, and unbinds', async () => {
  const { smsc, check } = await setup();
  const answer = await check.ask(new AbortController().signal);

  expect(answer).toEqual({ kind: 'accepted', code: 'smpp_bound', serverTimeMs: undefined });
  expect(readBind(await smsc.until('bind_transmitter'))).toMatchObject({
    systemId: 'gateway',
    password: PASSWORD,
  });
  expect(smsc.of('unbind')).toHaveLength(1);
  expect(smsc.of('bind_transceiver')).toEqual([]);
});

test.each([
  [0x0e, 'refused', 'ESME_RINVPASWD'],
  [0x0f, 'refused', 'ESME_RINVSYSID'],
  // May be a limit of binds, which the worker has used up.
  [0x05, 'not_allowed', 'ESME_RALYBND'],
  [0x0d, 'not_allowed', 'ESME_RBINDFAIL'],
])('status %i means %s', async (status, kind, code) => {
  const { check } = await setup({ bind_transmitter: refuse(status) });

  expect(await check.ask(new AbortController().signal)).toMatchObject({ kind, code });
});

test('is given up with its signal', async () => {
  const { check } = await setup({ bind_transmitter: () => {} });

  expect(await check.ask(AbortSignal.timeout(20))).toMatchObject({
    kind: 'unanswered',
    code: 'client_closed',
  });
});

test('an SMSC that cannot be reached proves nothing', async () => {
  const { check, smsc } = await setup();
  await smsc[Symbol.asyncDispose]();

  expect(await check.ask(new AbortController().signal)).toMatchObject({
    kind: 'unanswered',
    code: 'connect_refused',
  });
});
