import { expect, test } from 'vitest';
import {
  accepted,
  fault,
  rejected,
  throttled,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { SMS, useSmppProvider } from '../../../../test/support/smpp-provider.ts';
import { cString, readSubmit, startSmsc } from '../../../../test/support/smpp-smsc.ts';

const idle = () => new AbortController().signal;
const LONG = { ...SMS, body: 'x'.repeat(400) };

test('writes every field of a submit_sm where it belongs', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  await provider.send({ ...SMS, from: 'Ignored' }, idle());

  expect(readSubmit(await smsc.until('submit_sm'))).toEqual({
    serviceType: '',
    sourceTon: 5,
    sourceNpi: 0,
    source: 'Acme',
    destTon: 1,
    destNpi: 1,
    dest: '14155550123',
    esmClass: 0,
    protocolId: 0,
    priority: 0,
    schedule: '',
    validity: '000000000200000R',
    registeredDelivery: 1,
    replaceIfPresent: 0,
    dataCoding: 0,
    defaultMessage: 0,
    message: Buffer.from(SMS.body),
  });
});

test('sends as the sender that the route chose', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  await provider.send({ ...SMS, sender: '72345' }, idle());

  expect(readSubmit(await smsc.until('submit_sm'))).toMatchObject({
    sourceTon: 3,
    sourceNpi: 0,
    source: '72345',
  });
});

test('calls a sender that SMPP cannot write a fault, and sends nothing', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  expect(await provider.send({ ...SMS, sender: 'Größe' }, idle())).toEqual(fault('invalid_sender', true));
  expect(smsc.of('submit_sm')).toHaveLength(0);
});

test('submits the parts of a long text in order, under one reference and the id of the first', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  const results = [await provider.send(LONG, idle()), await provider.send(LONG, idle())];

  expect(results).toEqual([accepted('id-1'), accepted('id-4')]);
  const submits = smsc.of('submit_sm').map(readSubmit);
  expect(submits.map(({ esmClass }) => esmClass)).toEqual([0x40, 0x40, 0x40, 0x40, 0x40, 0x40]);
  expect(submits.map(({ message }) => [...message.subarray(3, 6)])).toEqual([
    [1, 3, 1],
    [1, 3, 2],
    [1, 3, 3],
    [2, 3, 1],
    [2, 3, 2],
    [2, 3, 3],
  ]);
});

test.each([
  ['the first part is refused', [0x0b], rejected('smpp_0x0b'), 1],
  ['the first part is throttled', [0x58], throttled('smpp_0x58'), 1],
  ['a later part is refused', [0, 0x0b], unknown('smpp_partly_accepted'), 2],
  ['a later part is throttled', [0, 0, 0x58], unknown('smpp_partly_accepted'), 3],
  ["a later part's outcome is unknown", [0, 0xff], unknown('smpp_0xff'), 2],
])('stops where %s', async (_, statuses, expected, submits) => {
  let part = 0;
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => respond(pdu, { status: statuses[part++] ?? 0, body: cString('id') }),
  });
  const { provider } = useSmppProvider({ port: smsc.port });

  expect(await provider.send(LONG, idle())).toEqual(expected);
  expect(smsc.of('submit_sm')).toHaveLength(submits);
});

test('does not know the outcome of a long text that is aborted between its parts', async () => {
  const controller = new AbortController();
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => {
      respond(pdu, { body: cString('id') });
      if (smsc.of('submit_sm').length === 2) controller.abort();
    },
  });
  const { provider } = useSmppProvider({ port: smsc.port });

  expect((await provider.send(LONG, controller.signal)).kind).toBe('unknown');
});

test('says that receipts come over its own connection', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  expect(provider).toMatchObject({ name: 'smpp', receipts: 'connection' });
  expect('lookup' in provider).toBe(false);
});
