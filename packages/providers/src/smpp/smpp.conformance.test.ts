import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import {
  accepted,
  fault,
  rejected,
  REQUEST,
  SECRET,
  throttled,
  transient,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { refusingUrl } from '../../../../test/support/scripted-provider-server.ts';
import { SMS, useSmppProvider } from '../../../../test/support/smpp-provider.ts';
import { cString, encode, readSubmit, type Script, startSmsc } from '../../../../test/support/smpp-smsc.ts';
import type { SendResult } from '../provider.ts';
import { until } from '../../../../test/support/until.ts';

const idle = () => new AbortController().signal;
const answering = (status: number): Script => ({
  submit_sm: (pdu, { respond }) =>
    respond(pdu, { status, body: status === 0 ? cString('id-1') : Buffer.alloc(0) }),
});
const answeringId = (id: string): Script => ({
  submit_sm: (pdu, { respond }) => respond(pdu, { body: cString(id) }),
});

function expectNothingPrivate(...values: unknown[]) {
  const shown = JSON.stringify(values) + inspect(values, { depth: Infinity, showHidden: true });
  for (const secret of [REQUEST.body, '493817', '4155550123', SECRET]) expect(shown).not.toContain(secret);
}

test.each<[label: string, script: Script, expected: SendResult]>([
  ['acceptance', answering(0), accepted('id-1')],
  ['acceptance without an id', answeringId(''), accepted()],
  [
    'acceptance without a body',
    { submit_sm: (pdu, { respond }) => respond(pdu, { body: Buffer.alloc(0) }) },
    accepted(),
  ],
  ['an id that repeats the text', answeringId(REQUEST.body), accepted()],
  ['an id that repeats the number', answeringId(`x${REQUEST.to}`), accepted()],
  ['an id that is not ASCII', answeringId('id\u0007'), accepted()],
  ['an id of more than 64 characters', answeringId('9'.repeat(65)), accepted()],
  ['RINVDSTADR', answering(0x0b), rejected('smpp_0x0b')],
  ['RTHROTTLED', answering(0x58), throttled('smpp_0x58')],
  ['RMSGQFUL', answering(0x14), throttled('smpp_0x14')],
  ['RSYSERR', answering(0x08), transient('smpp_0x08')],
  ['RX_T_APPN', answering(0x64), transient('smpp_0x64')],
  ['RDELIVERYFAILURE', answering(0xfe), transient('smpp_0xfe')],
  ['RUNKNOWNERR', answering(0xff), unknown('smpp_0xff')],
  ...[
    0x01, 0x02, 0x03, 0x05, 0x06, 0x07, 0x0a, 0x0c, 0x0d, 0x0e, 0x0f, 0x15, 0x43, 0x45, 0x48, 0x49, 0x50,
    0x51, 0x53, 0x54, 0x61, 0x62, 0x63, 0x65, 0x66, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0x1_00, 0x1_01, 0x1_02,
    0x1_03, 0x1_04,
  ].map((status): [string, Script, SendResult] => {
    const code = `smpp_0x${status.toString(16).padStart(2, '0')}`;
    return [code, answering(status), fault(code, true)];
  }),
  ["a vendor's own status", answering(0x04_01), fault('smpp_0x401', false)],
  ['a reserved status', answering(0x09), fault('smpp_0x09', false)],
  [
    'a generic_nack of the submit_sm',
    {
      submit_sm: (pdu, { respond }) =>
        respond(pdu, { command: 'generic_nack', status: 0x03, body: Buffer.alloc(0) }),
    },
    fault('smpp_0x03', true),
  ],
  [
    'a generic_nack without a status',
    { submit_sm: (pdu, { respond }) => respond(pdu, { command: 'generic_nack', body: Buffer.alloc(0) }) },
    unknown('answer_malformed'),
  ],
])('answers %s', async (_, script, expected) => {
  await using smsc = await startSmsc(script);
  const { provider, events } = useSmppProvider({ port: smsc.port });

  const result = await provider.send(SMS, idle());

  expect(result).toEqual(expected);
  expect(smsc.of('submit_sm')).toHaveLength(1);
  expectNothingPrivate(result, events);
});

test.each<[label: string, script: Script, expected: SendResult]>([
  ['a reset', { submit_sm: (_, { socket }) => socket.resetAndDestroy() }, unknown('connection_reset')],
  ['a close', { submit_sm: (_, { socket }) => socket.end() }, unknown('connection_closed')],
  [
    'garbage',
    { submit_sm: (_, { socket }) => socket.write('HTTP/1.1 400\r\n\r\n') },
    unknown('answer_malformed'),
  ],
  [
    'a length of zero',
    { submit_sm: (_, { socket }) => socket.write(Buffer.alloc(16)) },
    unknown('answer_malformed'),
  ],
  [
    'a length that holds nothing but itself',
    { submit_sm: (_, { socket }) => socket.write(Buffer.from([0, 0, 0, 4])) },
    unknown('answer_malformed'),
  ],
  [
    'an answer cut off',
    { submit_sm: (_, { socket }) => socket.end(Buffer.from([0, 0, 0, 17, 128, 0, 0, 4])) },
    unknown('connection_closed'),
  ],
  ['a goodbye', { submit_sm: (_, { request }) => void request('unbind') }, unknown('connection_closed')],
  ['silence', { submit_sm: () => {} }, unknown('answer_timeout')],
  [
    "an answer to another command under the submit's number",
    { submit_sm: (pdu, { respond }) => respond(pdu, { command: 'enquire_link_resp' }) },
    unknown('answer_timeout'),
  ],
  [
    'an answer to a number that nobody used',
    { submit_sm: (pdu, { respond }) => respond({ ...pdu, sequence: 4711 }) },
    unknown('answer_timeout'),
  ],
])('does not take %s after the submit for a failure', async (_, script, expected) => {
  await using smsc = await startSmsc(script);
  const { provider, events } = useSmppProvider({ port: smsc.port, respondTimeoutMs: 400 });

  const result = await provider.send(SMS, idle());

  expect(result).toEqual(expected);
  expect(smsc.of('submit_sm')).toHaveLength(1);
  expectNothingPrivate(result, events);
});

test('puts an answer together that comes octet by octet', async () => {
  await using smsc = await startSmsc({
    submit_sm: (pdu, { socket }) => {
      const answer = encode('submit_sm_resp', 0, pdu.sequence, cString('id'));
      for (const octet of answer) socket.write(Buffer.from([octet]));
    },
  });
  const { provider } = useSmppProvider({ port: smsc.port });

  expect(await provider.send(SMS, idle())).toEqual(accepted('id'));
});

test('does not take a reset of a submit that was written but never read for a failure', async () => {
  await using smsc = await startSmsc({
    bind_transceiver: (pdu, { respond, socket }) => {
      socket.pause();
      respond(pdu);
    },
  });
  const { provider, events } = useSmppProvider({ port: smsc.port });
  await until(() => expect(events).toEqual([{ event: 'bound' }]));

  const sending = provider.send(SMS, idle());
  await new Promise(setImmediate);
  smsc.first().socket.resetAndDestroy();

  expect(await sending).toEqual(unknown('connection_reset'));
  expect(smsc.of('submit_sm')).toHaveLength(0);
});

test('gives up on a silent SMSC as soon as it is told to, without knowing the outcome', async () => {
  await using smsc = await startSmsc({ submit_sm: () => {} });
  const { provider, events } = useSmppProvider({ port: smsc.port });
  const controller = new AbortController();

  const sending = provider.send(SMS, controller.signal);
  await smsc.until('submit_sm');
  controller.abort(new Error(REQUEST.body));
  const result = await sending;

  expect(result).toEqual(unknown('aborted'));
  expectNothingPrivate(result, events);
});

test('knows that nothing was sent where no session could be bound', async () => {
  const { port } = new URL(refusingUrl());
  const { provider, events } = useSmppProvider({ port: Number(port), random: () => 1 });

  const result = await provider.send(SMS, idle());

  expect(result).toEqual(transient('smpp_not_bound'));
  expect(events).toEqual([{ event: 'bind_failed', code: 'connect_refused', retryInMs: 500 }]);
});

test('sends nothing once aborted', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });

  const result = await provider.send(SMS, AbortSignal.abort());

  expect(result).toEqual(transient('aborted'));
  await provider.send(SMS, idle());
  expect(smsc.of('submit_sm')).toHaveLength(1);
});

test('knows that nothing was sent where it is aborted before the first session is bound', async () => {
  await using smsc = await startSmsc({ bind_transceiver: () => {} });
  const { provider } = useSmppProvider({ port: smsc.port });
  const controller = new AbortController();

  const sending = provider.send(SMS, controller.signal);
  await smsc.until('bind_transceiver');
  controller.abort();

  expect(await sending).toEqual(transient('aborted'));
});

test('knows that nothing was sent where it is aborted while the window is full', async () => {
  await using smsc = await startSmsc({ submit_sm: () => {} });
  const { provider } = useSmppProvider({ port: smsc.port, windowSize: 1 });
  const controller = new AbortController();

  void provider.send(SMS, idle());
  await smsc.until('submit_sm');
  const waiting = provider.send(SMS, controller.signal);
  controller.abort();

  expect(await waiting).toEqual(transient('aborted'));
  expect(smsc.of('submit_sm')).toHaveLength(1);
});

test('knows that what waited for the window was not sent when the session ends', async () => {
  await using smsc = await startSmsc({ submit_sm: () => {} });
  const { provider } = useSmppProvider({ port: smsc.port, windowSize: 1 });

  const first = provider.send(SMS, idle());
  await smsc.until('submit_sm');
  const second = provider.send(SMS, idle());
  smsc.first().socket.end();

  expect(await first).toEqual(unknown('connection_closed'));
  expect(await second).toEqual(transient('smpp_not_bound'));
});

test('keeps a hundred concurrent attempts apart within a small window', async () => {
  let unanswered = 0;
  let most = 0;
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => {
      most = Math.max(most, ++unanswered);
      setImmediate(() => {
        unanswered--;
        respond(pdu, { body: cString(`id-${readSubmit(pdu).message.toString()}`) });
      });
    },
  });
  const { provider } = useSmppProvider({ port: smsc.port, windowSize: 4 });

  const bodies = Array.from({ length: 100 }, (_, index) => `n${index}n`);
  const results = await Promise.all(bodies.map((body) => provider.send({ ...SMS, body }, idle())));

  // The id repeats the text, so what is compared is that each text had its own answer.
  expect(results).toEqual(bodies.map(() => accepted()));
  expect(
    smsc
      .of('submit_sm')
      .map((pdu) => readSubmit(pdu).message.toString())
      .toSorted(),
  ).toEqual(bodies.toSorted());
  expect(most).toBe(4);
});

test('gives each of many answers that come in another order to the attempt it belongs to', async () => {
  const held: (() => void)[] = [];
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => {
      held.push(() => respond(pdu, { body: cString(`for-${String(readSubmit(pdu).dest).at(-1)}`) }));
      if (held.length === 3) for (const answer of held.toReversed()) answer();
    },
  });
  const { provider } = useSmppProvider({ port: smsc.port });

  const numbers = ['+14155550121', '+14155550122', '+14155550123'];
  const results = await Promise.all(numbers.map((to) => provider.send({ ...SMS, to }, idle())));

  expect(results).toEqual([accepted('for-1'), accepted('for-2'), accepted('for-3')]);
});

test('frees the place of an aborted attempt when its answer comes late', async () => {
  await using smsc = await startSmsc({ submit_sm: () => {} });
  const { provider } = useSmppProvider({ port: smsc.port, windowSize: 1 });
  const controller = new AbortController();

  const aborted = provider.send(SMS, controller.signal);
  await smsc.until('submit_sm');
  controller.abort();
  await aborted;
  const next = provider.send(SMS, idle());
  smsc.first().respond(await smsc.until('submit_sm', 1));
  smsc.first().respond(await smsc.until('submit_sm', 2));

  expect(await next).toEqual(accepted());
});
