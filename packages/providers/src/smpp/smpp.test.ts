import { expect, test } from 'vitest';
import {
  accepted,
  fault,
  rejected,
  throttled,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { createLocalMemory, SMS, useSmppProvider } from '../../../../test/support/smpp-provider.ts';
import { type Command, cString, encode, readSubmit, startSmsc } from '../../../../test/support/smpp-smsc.ts';
import { until } from '../../../../test/support/until.ts';
import type { SendResult } from '../provider.ts';
import type { SmppDialect } from './dialect.ts';

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

test('sends as the sender that the route chooses', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  await provider.send({ ...SMS, sender: '72345' }, idle());

  expect(readSubmit(await smsc.until('submit_sm'))).toMatchObject({
    sourceTon: 3,
    sourceNpi: 0,
    source: '72345',
  });
});

test('reports a sender that SMPP cannot encode as a fault, and sends nothing', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  expect(await provider.send({ ...SMS, sender: 'Größe' }, idle())).toEqual(fault('invalid_sender', true));
  expect(smsc.of('submit_sm')).toHaveLength(0);
});

test('submits the parts of a long text in order, under one reference and the id of the first', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  const another = { ...LONG, id: 'another' };
  const results = [await provider.send(LONG, idle()), await provider.send(another, idle())];

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

/** An SMSC that answers its submits with these statuses, and all others with 0. */
const answering = (statuses: number[]) => {
  let submits = 0;
  return startSmsc({
    submit_sm: (pdu, { respond }) => {
      const status = statuses[submits++] ?? 0;
      respond(pdu, { status, body: status === 0 ? cString(`id-${submits}`) : Buffer.alloc(0) });
    },
  });
};
const partsOf = (smsc: Awaited<ReturnType<typeof startSmsc>>) =>
  smsc.of('submit_sm').map((pdu) => readSubmit(pdu).message[5]);

test.each([
  ['the first part is refused', [0x0b], rejected('smpp_0x0b'), [1]],
  ['the first part is throttled', [0x58], throttled('smpp_0x58'), [1]],
  ['a later part is refused for good', [0, 0x45], fault('smpp_0x45', true), [1, 2]],
  ["a later part's outcome is unknown", [0, 0xff], unknown('smpp_0xff'), [1, 2]],
])('stops if %s', async (_, statuses, expected, parts) => {
  await using smsc = await answering(statuses);
  const { provider } = useSmppProvider({ port: smsc.port });

  expect(await provider.send(LONG, idle())).toEqual(expected);
  expect(partsOf(smsc)).toEqual(parts);
});

test.each([
  ['throttled', 0x58],
  ['its queue is full', 0x14],
  ['it has an error of its own', 0x08],
  ['it cannot take it now', 0x64],
])('continues with the part that an SMSC did not accept because %s', async (_, status) => {
  await using smsc = await answering([0, status, status, 0, status]);
  const { provider } = useSmppProvider({ port: smsc.port });

  expect(await provider.send(LONG, idle())).toEqual(accepted('id-1'));
  expect(partsOf(smsc)).toEqual([1, 2, 2, 2, 3, 3]);
  expect(new Set(smsc.of('submit_sm').map((pdu) => readSubmit(pdu).message[3])).size).toBe(1);
});

test('gives a part that is sent later the remaining validity', async () => {
  await using smsc = await answering([0, 0x58]);
  let nowMs = 0;
  const { provider } = useSmppProvider({ port: smsc.port, now: () => nowMs });
  const sending = provider.send(LONG, idle());
  await smsc.until('submit_sm', 2);
  nowMs += 30_000;
  await sending;

  const validities = smsc.of('submit_sm').map((pdu) => readSubmit(pdu)['validity']);
  expect(validities[0]).toBe('000000000200000R');
  expect(validities.at(-1)).toBe('000000000130000R');
});

test('continues with the refused part in the next attempt, under the same reference', async () => {
  const memory = createLocalMemory();
  const controller = new AbortController();
  await using smsc = await answering([0, 0x58]);
  const script = { port: smsc.port, memory, random: () => 1 };
  const first = useSmppProvider(script);
  const sending = first.provider.send(LONG, controller.signal);
  await smsc.until('submit_sm', 2);
  await first.provider.send({ ...LONG, id: 'another' }, idle());
  controller.abort();
  const result = await sending;
  // Aborted while it waited: certainly not sent, with the code of the refusal.
  expect([throttled('smpp_0x58'), accepted('id-1')]).toContainEqual(result);

  const second = useSmppProvider(script);
  expect(await second.provider.send(LONG, idle())).toEqual(accepted('id-1'));

  const ours = smsc.of('submit_sm').map((pdu) => readSubmit(pdu).message);
  const reference = ours[0]?.[3];
  const parts = ours.filter((message) => message[3] === reference).map((message) => message[5]);
  expect(parts.filter((part) => part === 1)).toEqual([1]);
  expect(parts.filter((part) => part === 3)).toEqual([3]);
});

test('submits no part again of a text whose parts were all acknowledged', async () => {
  const memory = createLocalMemory();
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port, memory });
  await provider.send(LONG, idle());
  const restarted = useSmppProvider({ port: smsc.port, memory }).provider;

  expect(await restarted.lookup?.({ id: LONG.id, to: LONG.to }, idle())).toMatchObject({
    kind: 'found',
    providerMessageId: 'id-1',
  });
  expect(await restarted.send(LONG, idle())).toEqual(accepted('id-1'));
  expect(smsc.of('submit_sm')).toHaveLength(3);
});

test('submits again only the part whose outcome is unknown', async () => {
  const memory = createLocalMemory();
  let submits = 0;
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => {
      if (++submits !== 2) respond(pdu, { body: cString(`id-${submits}`) });
    },
  });
  const { provider } = useSmppProvider({ port: smsc.port, memory, respondTimeoutMs: 100 });

  expect(await provider.send(LONG, idle())).toEqual(unknown('answer_timeout'));
  expect(await provider.lookup?.({ id: LONG.id, to: LONG.to }, idle())).toMatchObject({ kind: 'unanswered' });
  expect(await provider.send(LONG, idle())).toEqual(accepted('id-1'));
  expect(partsOf(smsc)).toEqual([1, 2, 2, 3]);
});

test('submits no further part while it cannot record what was acknowledged', async () => {
  const memory = createLocalMemory();
  const controller = new AbortController();
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({
    port: smsc.port,
    memory: {
      ...memory,
      noteAcknowledged: async () => {
        controller.abort();
        throw new Error('Redis is away');
      },
    },
  });

  expect(await provider.send(LONG, controller.signal)).toEqual(unknown('parts_not_recorded'));
  expect(partsOf(smsc)).toEqual([1]);
});

const ACCEPTED_LATE: SendResult = {
  kind: 'accepted',
  providerMessageId: 'id-late',
  names: [expect.objectContaining({ id: 'id-late' })],
};
test.each<[what: string, status: number, expected: SendResult]>([
  ['accepts it', 0, ACCEPTED_LATE],
  ['refuses it', 0x45, fault('smpp_0x45', true)],
])('reports the result of an attempt when the answer arrives late and %s', async (_, status, expected) => {
  let answer = () => {};
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => (answer = () => respond(pdu, { status, body: cString('id-late') })),
  });
  const { provider, late } = useSmppProvider({ port: smsc.port, respondTimeoutMs: 100 });

  expect(await provider.send({ ...SMS, attempt: 2 }, idle())).toEqual(unknown('answer_timeout'));
  answer();

  await until(() => expect(late).toEqual([{ messageId: SMS.id, attempt: 2, result: expected }]));
});

test('reports the result of an attempt that was aborted before the answer arrived', async () => {
  let answer = () => {};
  const controller = new AbortController();
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => (answer = () => respond(pdu, { body: cString('id-late') })),
  });
  const { provider, late } = useSmppProvider({ port: smsc.port });
  const sending = provider.send({ ...SMS, attempt: 1 }, controller.signal);
  await smsc.until('submit_sm');
  controller.abort();

  expect(await sending).toEqual(unknown('aborted'));
  answer();

  await until(() => expect(late).toMatchObject([{ attempt: 1, result: { kind: 'accepted' } }]));
});

test('settles a long text when its last part is answered late', async () => {
  let answer = () => {};
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => {
      const part = readSubmit(pdu).message[5];
      const reply = () => respond(pdu, { body: cString(`id-${part}`) });
      if (part === 3) answer = reply;
      else reply();
    },
  });
  const { provider, late } = useSmppProvider({ port: smsc.port, respondTimeoutMs: 100 });
  expect(await provider.send({ ...LONG, attempt: 1 }, idle())).toEqual(unknown('answer_timeout'));

  answer();

  await until(() =>
    expect(late).toMatchObject([{ result: { kind: 'accepted', providerMessageId: 'id-1' } }]),
  );
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

test('names a long text by the id of its first part, then by those of the others', async () => {
  await using smsc = await startSmsc();
  const { bare } = useSmppProvider({ port: smsc.port });

  const scope = `127.0.0.1:${smsc.port}`;
  expect(await bare.send(LONG, idle())).toEqual({
    kind: 'accepted',
    providerMessageId: 'id-1',
    names: ['id-1', 'id-2', 'id-3'].map((id) => ({ scope, id, receiptIds: [id] })),
  });
});

test.each<[what: string, ids: string[], receiptParts: SmppDialect['receiptParts'], names: string[]]>([
  ['of its last part, where that asks for the receipt', ['a', 'b', 'c'], 'last', ['c', 'b', 'a']],
  ['of the only part that has one', ['', '', 'c'], 'first', ['c']],
  ['that all its parts share', ['a', 'a', 'a'], 'all', ['a']],
  ['of none', ['', '', ''], 'first', []],
])('names a long text by the id %s', async (_, ids, receiptParts, names) => {
  const left = [...ids];
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => respond(pdu, { body: cString(left.shift() ?? '') }),
  });
  const { bare } = useSmppProvider({ port: smsc.port, dialect: { receiptParts } });

  expect(await bare.send(LONG, idle())).toMatchObject({
    kind: 'accepted',
    providerMessageId: names[0],
    names: names.map((id) => ({ id })),
  });
});

test.each([
  ['transmitter', 1],
  ['transceiver', 0],
] as const)(
  'expects no receipts of a %s with registered_delivery %i',
  async (bindMode, registeredDelivery) => {
    await using smsc = await startSmsc();
    const { bare } = useSmppProvider({ port: smsc.port, dialect: { bindMode, registeredDelivery } });

    expect(bare.receipts).toBe('none');
  },
);

test('declares that receipts arrive over its own connection', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  expect(provider).toMatchObject({ name: 'smpp', receipts: 'connection' });
});

test.each<[what: string, command: Command, status: number, sequence: number, told: object]>([
  ['a second answer', 'submit_sm_resp', 0, 2, { command: 'submit_sm_resp', status: 'ESME_ROK' }],
  ['an answer to a number that nobody sent', 'submit_sm_resp', 0x58, 99, { status: 'ESME_RTHROTTLED' }],
  ['a generic_nack without a number', 'generic_nack', 0x02, 0, { command: 'generic_nack' }],
])('reports %s, which settles nothing', async (_, command, status, sequence, told) => {
  await using smsc = await startSmsc();
  const { provider, whole } = useSmppProvider({ port: smsc.port });
  expect(await provider.send(SMS, idle())).toEqual(accepted('id-1'));

  smsc.first().socket.write(encode(command, status, sequence));

  await until(() => expect(whole.slice(1)).toMatchObject([{ event: 'answer_unmatched', ...told }]));
  expect(await provider.send(SMS, idle())).toEqual(accepted('id-2'));
});
