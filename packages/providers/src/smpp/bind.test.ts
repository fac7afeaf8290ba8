import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  accepted,
  fault,
  SECRET,
  transient,
  unknown,
} from '../../../../test/support/provider-conformance.ts';
import { startDeafServer } from '../../../../test/support/scripted-provider-server.ts';
import { createCertificate } from '../../../../test/support/certificate.ts';
import { createLocalMemory, SMS, useSmppProvider } from '../../../../test/support/smpp-provider.ts';
import { cString, deliverBody, readBind, startSmsc } from '../../../../test/support/smpp-smsc.ts';
import { STANDARD_DIALECT } from './dialect.ts';
import { createSmppProvider } from './smpp.ts';
import { until } from '../../../../test/support/until.ts';

/** Waits for what comes without being asked for, on slow machines as well. */
const soon = (check: () => void) => until(check);
const idle = () => new AbortController().signal;

test('binds one transceiver of version 3.4, before anything is sent', async () => {
  await using smsc = await startSmsc();
  const { provider, events } = useSmppProvider({ port: smsc.port, systemType: 'VMA' });

  expect(readBind(await smsc.until('bind_transceiver'))).toEqual({
    systemId: 'gateway',
    password: SECRET,
    systemType: 'VMA',
    interfaceVersion: 0x34,
    addrTon: 0,
    addrNpi: 0,
    addressRange: '',
  });
  await Promise.all([provider.send(SMS, idle()), provider.send(SMS, idle())]);
  expect(smsc.connections).toHaveLength(1);
  expect(events).toEqual([{ event: 'bound' }]);
});

test.each([
  ['a close', (socket: Socket) => void socket.end(), 'connection_closed'],
  ['a reset', (socket: Socket) => void socket.resetAndDestroy(), 'connection_reset'],
  ['garbage', (socket: Socket) => void socket.write('nonsense'), 'answer_malformed'],
])('binds again after %s', async (_, hurt, code) => {
  await using smsc = await startSmsc();
  const { provider, events } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());

  hurt(smsc.first().socket);

  await soon(() =>
    expect(events).toEqual([{ event: 'bound' }, { event: 'session_ended', code }, { event: 'bound' }]),
  );
  expect(await provider.send(SMS, idle())).toEqual(accepted('id-2'));
});

test('answers the unbind of the SMSC and binds again', async () => {
  await using smsc = await startSmsc();
  const { provider, events } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());

  const sequence = smsc.first().request('unbind');

  expect(await smsc.until('unbind_resp')).toMatchObject({ sequence, status: 0 });
  await soon(() => expect(events).toHaveLength(3));
  expect(events[1]).toEqual({ event: 'session_ended', code: 'connection_closed' });
  expect(await provider.send(SMS, idle())).toEqual(accepted('id-2'));
});

test('drops an SMSC that unbinds and then keeps the socket open', async () => {
  await using smsc = await startSmsc();
  const { provider, events } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());
  const { socket, request } = smsc.first();
  socket.allowHalfOpen = true;

  request('unbind');

  await soon(() => expect(events).toHaveLength(3));
  expect(events.slice(1)).toEqual([
    { event: 'session_ended', code: 'connection_closed' },
    { event: 'bound' },
  ]);
});

test('keeps trying until an SMSC takes the bind', async () => {
  let attempts = 0;
  await using smsc = await startSmsc({
    bind_transceiver: (pdu, { respond, socket }) => {
      attempts++;
      if (attempts === 1) socket.resetAndDestroy();
      else if (attempts === 2) respond(pdu, { status: 0x08, body: Buffer.alloc(0) });
      else if (attempts === 3) socket.write('nonsense');
      else if (attempts > 4) respond(pdu, { body: cString('smsc') });
    },
  });
  const { provider, events } = useSmppProvider({ port: smsc.port, respondTimeoutMs: 300 });

  expect(await provider.send(SMS, idle())).toEqual(transient('smpp_not_bound'));

  await soon(() => expect(events.at(-1)).toEqual({ event: 'bound' }));
  expect(events.slice(0, -1)).toEqual(
    ['connection_reset', 'smpp_0x08', 'answer_malformed', 'answer_timeout'].map((code) => ({
      event: 'bind_failed',
      code,
      retryInMs: 0,
    })),
  );
  expect(await provider.send(SMS, idle())).toEqual(accepted('id-1'));
});

test.each([0x0e, 0x0f])(
  'calls a refusal of the credentials (%i) a fault of the provider and waits long',
  async (status) => {
    await using smsc = await startSmsc({
      bind_transceiver: (pdu, { respond }) => respond(pdu, { status, body: Buffer.alloc(0) }),
    });
    const { provider, events } = useSmppProvider({ port: smsc.port });

    expect(await provider.send(SMS, idle())).toEqual(fault('smpp_bind_refused', true));
    expect(await provider.send(SMS, idle())).toEqual(fault('smpp_bind_refused', true));
    expect(events).toEqual([
      { event: 'bind_failed', code: `smpp_0x0${status.toString(16)}`, retryInMs: 15_000 },
    ]);
  },
);

test('waits twice as long after each failure, to at most thirty seconds', async () => {
  await using smsc = await startSmsc({ bind_transceiver: (_, { socket }) => socket.end() });
  const { events } = useSmppProvider({ port: smsc.port, random: () => 0.002 });

  await soon(() => expect(events.length).toBeGreaterThan(8));

  expect(events.slice(0, 8)).toEqual(
    [1, 2, 4, 8, 16, 32, 60, 60].map((retryInMs) => ({
      event: 'bind_failed',
      code: 'connection_closed',
      retryInMs,
    })),
  );
});

test.each([
  ['counts sessions that do not last', 0, 8],
  ['forgets failures once a session lasted', 30_000, 1],
])('%s', async (_, lastedMs, retryInMs) => {
  let binds = 0;
  await using smsc = await startSmsc({
    bind_transceiver: (pdu, { respond, socket }) => {
      const isTaken = ++binds <= 3;
      respond(pdu, { status: isTaken ? 0 : 0x08, body: cString('') });
      if (isTaken) socket.end();
    },
  });
  let nowMs = 0;
  const { events } = useSmppProvider({
    port: smsc.port,
    random: () => 0.002,
    now: () => (nowMs += lastedMs),
  });

  await soon(() => expect(events.length).toBeGreaterThan(6));

  expect(events[6]).toEqual({ event: 'bind_failed', code: 'smpp_0x08', retryInMs });
});

test('asks the SMSC whether it is there and binds again where it does not answer', async () => {
  let isDeaf = true;
  await using smsc = await startSmsc({
    enquire_link: (pdu, { respond }) => void (isDeaf || respond(pdu, { body: Buffer.alloc(0) })),
  });
  const { provider, events } = useSmppProvider({
    port: smsc.port,
    enquireIntervalMs: 20,
    respondTimeoutMs: 300,
  });

  await soon(() => expect(events).toContainEqual({ event: 'session_ended', code: 'answer_timeout' }));
  isDeaf = false;
  await soon(() => expect(events.at(-1)).toEqual({ event: 'bound' }));
  const before = smsc.of('enquire_link').length;
  await smsc.until('enquire_link', before + 5);
  expect(await provider.send(SMS, idle())).toEqual(accepted('id-1'));
});

test('keeps the session of an SMSC that knows no enquire_link, as long as anything comes from it', async () => {
  await using smsc = await startSmsc({
    enquire_link: (_, { request }) => void request('alert_notification'),
  });
  const { events } = useSmppProvider({ port: smsc.port, enquireIntervalMs: 50, respondTimeoutMs: 1_000 });

  // The response timers of the first ones are over by then.
  await smsc.until('enquire_link', 25);

  expect(events).toEqual([{ event: 'bound' }]);
});

test('answers an enquire_link of the SMSC and refuses a command that it does not know', async () => {
  await using smsc = await startSmsc();
  const { provider } = useSmppProvider({ port: smsc.port });
  await provider.send(SMS, idle());
  const { request } = smsc.first();

  request('alert_notification');
  const enquired = request('enquire_link');
  const unknownCommand = request('bind_receiver');

  expect(await smsc.until('enquire_link_resp')).toMatchObject({ sequence: enquired, status: 0 });
  expect(await smsc.until('generic_nack')).toMatchObject({ sequence: unknownCommand, status: 0x03 });
  expect(smsc.of('generic_nack')).toHaveLength(1);
});

test('binds anew where the SMSC says that the session is not bound', async () => {
  let isForgotten = true;
  await using smsc = await startSmsc({
    submit_sm: (pdu, { respond }) => respond(pdu, { status: isForgotten ? 0x04 : 0, body: cString('id') }),
  });
  const { provider, events } = useSmppProvider({ port: smsc.port });

  expect(await provider.send(SMS, idle())).toEqual(transient('smpp_0x04'));

  isForgotten = false;
  await soon(() => expect(events).toHaveLength(3));
  expect(await provider.send(SMS, idle())).toEqual(accepted('id'));
});

test('binds a transmitter and a receiver where the SMSC knows no transceiver', async () => {
  await using smsc = await startSmsc({ bind_transceiver: () => {} });
  const { provider, bare, receipts } = useSmppProvider({
    port: smsc.port,
    dialect: {
      bindMode: 'transmitter+receiver',
      interfaceVersion: 0x33,
      bindAddress: { ton: 1, npi: 1, range: '^467' },
    },
  });
  const bind = { interfaceVersion: 0x33, addrTon: 1, addrNpi: 1, addressRange: '^467' };
  expect(readBind(await smsc.until('bind_transmitter'))).toMatchObject(bind);
  expect(readBind(await smsc.until('bind_receiver'))).toMatchObject(bind);
  await soon(() => expect(bare.problem?.()).toBeUndefined());

  expect(await provider.send(SMS, idle())).toEqual(accepted('id-1'));
  for (const { request } of smsc.connections) {
    request('deliver_sm', deliverBody({ text: Buffer.from('id:id-1 stat:DELIVRD') }));
  }

  await soon(() => expect(receipts).toHaveLength(2));
  expect(smsc.connections).toHaveLength(2);
});

test('binds the receiver at a host of its own, whose receipts are those of the transmitter', async () => {
  await using sending = await startSmsc();
  await using receiving = await startSmsc();
  const { provider, receipts } = useSmppProvider({
    port: sending.port,
    receiverHosts: [
      { host: '127.0.0.1', port: 1, tls: false },
      { host: '127.0.0.1', port: receiving.port, tls: false },
    ],
    dialect: { bindMode: 'transmitter+receiver' },
  });
  await sending.until('bind_transmitter');
  await receiving.until('bind_receiver');

  expect(await provider.send(SMS, idle())).toEqual(accepted('id-1'));
  receiving.first().request('deliver_sm', deliverBody({ text: Buffer.from('id:id-1 stat:DELIVRD') }));

  await soon(() => expect(receipts).toHaveLength(1));
  expect([sending.connections.length, receiving.connections.length]).toEqual([1, 1]);
});

test('sends without its receiver, and says that no receipts come', async () => {
  await using smsc = await startSmsc({
    bind_receiver: (pdu, { respond }) => respond(pdu, { status: 0x0d, body: Buffer.alloc(0) }),
  });
  const { provider, bare } = useSmppProvider({
    port: smsc.port,
    dialect: { bindMode: 'transmitter+receiver' },
  });

  expect(await provider.send(SMS, idle())).toEqual(accepted('id-1'));
  await soon(() =>
    expect(bare.problem?.()).toEqual({
      reason: 'bind_receiver is refused: ESME_RBINDFAIL (smpp_0x0d)',
      stopsSending: false,
    }),
  );
});

test('goes to the next host where one takes no bind, and back to the first when that is over', async () => {
  let isDown = true;
  await using first = await startSmsc({
    bind_transceiver: (pdu, { respond }) => respond(pdu, { status: isDown ? 0x08 : 0, body: cString('') }),
  });
  await using second = await startSmsc();
  const hosts = [
    { host: '127.0.0.1', port: 1, tls: false },
    ...[first, second].map(({ port }) => ({ host: '127.0.0.1', port, tls: false })),
  ];
  const { provider, whole } = useSmppProvider({ port: first.port, hosts });

  expect(await provider.send(SMS, idle())).toEqual(accepted('id-1'));
  expect(second.of('submit_sm')).toHaveLength(1);
  expect(whole).toMatchObject([
    { event: 'bind_failed', port: 1, code: 'connect_refused', retryInMs: 0 },
    { event: 'bind_failed', port: first.port, code: 'smpp_0x08', status: 'ESME_RSYSERR', retryInMs: 0 },
    { event: 'bound', port: second.port, bind: 'bind_transceiver' },
  ]);

  isDown = false;
  second.first().socket.destroy();

  await soon(() => expect(whole.at(-1)).toMatchObject({ event: 'bound', port: first.port }));
});

test('goes to the next host where one accepts the bind and drops it', async () => {
  await using first = await startSmsc({
    bind_transceiver: (pdu, { respond, socket }) => {
      respond(pdu, { body: cString('smsc') });
      socket.end();
    },
  });
  await using second = await startSmsc();
  const hosts = [first, second].map(({ port }) => ({ host: '127.0.0.1', port, tls: false }));
  const { whole } = useSmppProvider({ port: first.port, hosts });

  await soon(() =>
    expect(whole).toMatchObject([
      { event: 'bound', port: first.port },
      { event: 'session_ended', port: first.port },
      { event: 'bound', port: second.port },
    ]),
  );
});

test.each([
  [0x0e, 'ESME_RINVPASWD'],
  [0x05, 'ESME_RALYBND'],
])('tells by name why a bind is not taken (%i)', async (status, name) => {
  await using smsc = await startSmsc({
    bind_transceiver: (pdu, { respond }) => respond(pdu, { status, body: Buffer.alloc(0) }),
  });
  const { bare, whole } = useSmppProvider({ port: smsc.port, random: () => 1 });
  expect(bare.problem?.()).toEqual({ reason: 'bind_transceiver: smpp_not_bound', stopsSending: true });

  await soon(() =>
    expect(bare.problem?.()).toEqual({
      reason: `bind_transceiver is refused: ${name} (smpp_0x0${status.toString(16)})`,
      stopsSending: true,
    }),
  );
  expect(whole).toMatchObject([{ event: 'bind_failed', status: name, host: '127.0.0.1', port: smsc.port }]);
});

test('holds up no message for an SMSC that does not answer the bind', async () => {
  await using smsc = await startSmsc({ bind_transceiver: () => {} });
  const { provider } = useSmppProvider({ port: smsc.port, firstBindTimeoutMs: 20 });

  expect(await provider.send(SMS, idle())).toEqual(transient('smpp_not_bound'));
});

test('says goodbye on close and knows what became of everything', async () => {
  await using smsc = await startSmsc({ submit_sm: () => {} });
  const { provider, events } = useSmppProvider({ port: smsc.port, windowSize: 1 });
  const written = provider.send(SMS, idle());
  await smsc.until('submit_sm');
  const waiting = provider.send(SMS, idle());
  await new Promise(setImmediate);

  await provider.close();

  expect(smsc.of('unbind')).toHaveLength(1);
  expect(await written).toEqual(unknown('client_closed'));
  expect(await waiting).toEqual(transient('smpp_not_bound'));
  expect(await provider.send(SMS, idle())).toEqual(transient('client_closed'));
  expect(events).toEqual([{ event: 'bound' }, { event: 'session_ended', code: 'client_closed' }]);
  expect(smsc.connections).toHaveLength(1);
});

test.each([
  ['does not answer the goodbye', { unbind: () => {} }],
  ['does not answer the bind', { bind_transceiver: () => {} }],
])('closes though the SMSC %s', async (_, script) => {
  await using smsc = await startSmsc(script);
  const { provider } = useSmppProvider({ port: smsc.port });
  await smsc.until('bind_transceiver');

  await provider.close();

  await soon(() => expect(smsc.first().socket.closed).toBe(true));
});

test('says goodbye to an SMSC that closes in place of an answer', async () => {
  await using smsc = await startSmsc({ unbind: (_, { socket }) => socket.destroy() });
  const { provider, events } = useSmppProvider({ port: smsc.port, unbindTimeoutMs: 20_000 });
  await provider.send(SMS, idle());

  await provider.close();

  expect(events).toEqual([{ event: 'bound' }, { event: 'session_ended', code: 'client_closed' }]);
});

test('speaks TLS and verifies the certificate', async () => {
  const certificate = createCertificate();
  await using smsc = await startSmsc({}, certificate);
  const options = { host: 'localhost', port: smsc.port, tls: true, random: () => 1 };

  const trusting = useSmppProvider({ ...options, ca: certificate.cert });
  const wary = useSmppProvider(options);

  expect(await trusting.provider.send(SMS, idle())).toEqual(accepted('id-1'));
  expect(smsc.first().socket).toMatchObject({ servername: 'localhost' });
  expect(await wary.provider.send(SMS, idle())).toEqual(transient('smpp_not_bound'));
  expect(wary.events).toEqual([{ event: 'bind_failed', code: 'tls_failed', retryInMs: 500 }]);
});

test('gets nowhere with TLS where the SMSC speaks none, and hands over no credentials', async () => {
  await using smsc = await startSmsc();
  const { provider, events } = useSmppProvider({
    port: smsc.port,
    tls: true,
    random: () => 1,
  });
  await soon(() => expect(smsc.connections).toHaveLength(1));
  smsc.first().socket.write('I know no TLS');

  expect(await provider.send(SMS, idle())).toEqual(transient('smpp_not_bound'));
  expect(events).toEqual([{ event: 'bind_failed', code: 'tls_failed', retryInMs: 500 }]);
  expect(smsc.of('bind_transceiver')).toHaveLength(0);
});

test('does not wait for ever for a handshake', async () => {
  await using server = await startDeafServer();
  const port = Number(new URL(server.url).port);
  const { provider, events } = useSmppProvider({ port, tls: true, random: () => 1, connectTimeoutMs: 50 });

  expect(await provider.send(SMS, idle())).toEqual(transient('smpp_not_bound'));
  expect(events).toEqual([{ event: 'bind_failed', code: 'connect_timeout', retryInMs: 500 }]);
});

test('closes while it is connecting', async () => {
  await using server = await startDeafServer();
  const port = Number(new URL(server.url).port);
  const { provider, events } = useSmppProvider({ port, tls: true, connectTimeoutMs: 60_000 });
  await soon(() => expect(server.sockets).toHaveLength(1));
  const sending = provider.send(SMS, idle());

  await provider.close();

  expect(await sending).toEqual(transient('client_closed'));
  expect(events).toEqual([]);
});

test.each([
  ['systemId', 'gäteway'],
  ['password', 'päss\u0000word'],
  ['systemType', '\n'],
  ['from', ''],
  ['from', 'Größe'],
  ['from', 'x'.repeat(21)],
])('refuses a %s that SMPP cannot write, without repeating it', (key, value) => {
  const create = () =>
    createSmppProvider({
      hosts: [{ host: '127.0.0.1', port: 1, tls: false }],
      systemId: '',
      password: '',
      systemType: '',
      from: 'Acme',
      windowSize: 1,
      enquireIntervalMs: 30_000,
      dialect: STANDARD_DIALECT,
      memory: createLocalMemory(),
      onReceipt: async () => undefined,
      onLateResult: async () => {},
      [key]: value,
    });

  expect(create).toThrow(TypeError);
  expect(create).toThrow(new RegExp(`^smpp: ${key} is not`));
});
