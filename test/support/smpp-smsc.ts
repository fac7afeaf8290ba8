import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { until } from './until.ts';

// Written from SMPP 3.4 and not with the library that the provider encodes with, so that both must agree on the wire.
const COMMANDS = {
  bind_receiver: 0x01,
  bind_transmitter: 0x02,
  submit_sm: 0x04,
  deliver_sm: 0x05,
  unbind: 0x06,
  bind_transceiver: 0x09,
  enquire_link: 0x15,
  data_sm: 0x0103,
  alert_notification: 0x0102,
  generic_nack: 0x8000_0000,
  bind_receiver_resp: 0x8000_0001,
  bind_transmitter_resp: 0x8000_0002,
  submit_sm_resp: 0x8000_0004,
  deliver_sm_resp: 0x8000_0005,
  data_sm_resp: 0x8000_0103,
  unbind_resp: 0x8000_0006,
  bind_transceiver_resp: 0x8000_0009,
  enquire_link_resp: 0x8000_0015,
} as const;
export type Command = keyof typeof COMMANDS;

export type ReceivedPdu = { command: Command | undefined; status: number; sequence: number; body: Buffer };
type Reply = { command?: Command; status?: number; body?: Buffer };

export type SmscConnection = {
  socket: Socket;
  /** Answers a request; as its own response with an empty string for a body unless told otherwise. */
  respond: (pdu: ReceivedPdu, reply?: Reply) => void;
  /** Sends a request of the SMSC's own and returns its sequence number. */
  request: (command: Command, body?: Buffer) => number;
};
export type Script = Partial<Record<Command, (pdu: ReceivedPdu, connection: SmscConnection) => void>>;

export const cString = (text: string) => Buffer.from(`${text}\0`, 'latin1');

export function encode(
  command: Command,
  status: number,
  sequence: number,
  body: Buffer = Buffer.alloc(0),
): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(16 + body.length, 0);
  header.writeUInt32BE(COMMANDS[command], 4);
  header.writeUInt32BE(status, 8);
  header.writeUInt32BE(sequence, 12);
  return Buffer.concat([header, body]);
}

/**
 * A real SMSC on loopback: binds whoever asks, accepts every submit_sm under the next id, answers enquire_link and
 * unbind, and remembers what came. `script` replaces its answer to a command.
 */
export async function startSmsc(script: Script = {}, tls?: { key: string; cert: string }) {
  const received: ReceivedPdu[] = [];
  const connections: SmscConnection[] = [];
  let lastId = 0;

  const defaults: Script = {
    bind_transceiver: (pdu, { respond }) => respond(pdu, { body: cString('smsc') }),
    bind_transmitter: (pdu, { respond }) => respond(pdu, { body: cString('smsc') }),
    bind_receiver: (pdu, { respond }) => respond(pdu, { body: cString('smsc') }),
    submit_sm: (pdu, { respond }) => respond(pdu, { body: cString(`id-${++lastId}`) }),
    enquire_link: (pdu, { respond }) => respond(pdu, { body: Buffer.alloc(0) }),
    unbind: (pdu, { respond, socket }) => {
      respond(pdu, { body: Buffer.alloc(0) });
      socket.end();
    },
  };

  const serve = (socket: Socket) => {
    let sequence = 0;
    let rest = Buffer.alloc(0);
    const connection: SmscConnection = {
      socket,
      respond(pdu, { command = `${pdu.command}_resp` as Command, status = 0, body = cString('') } = {}) {
        if (socket.writable) socket.write(encode(command, status, pdu.sequence, body));
      },
      request(command, body) {
        socket.write(encode(command, 0, ++sequence, body));
        return sequence;
      },
    };
    connections.push(connection);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 16 && rest.length >= rest.readUInt32BE(0)) {
        const pdu = decode(rest.subarray(0, rest.readUInt32BE(0)));
        rest = rest.subarray(rest.readUInt32BE(0));
        received.push(pdu);
        if (pdu.command) (script[pdu.command] ?? defaults[pdu.command])?.(pdu, connection);
      }
    });
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const of = (command: Command) => received.filter((pdu) => pdu.command === command);
  return {
    port,
    connections,
    /** The first connection that was made. */
    first(): SmscConnection {
      const [connection] = connections;
      if (!connection) throw new Error('nobody connected');
      return connection;
    },
    of,
    /** Resolves with the nth PDU of a command, past or to come. */
    until: (command: Command, count = 1): Promise<ReceivedPdu> =>
      until(() => {
        const pdu = of(command)[count - 1];
        if (!pdu) throw new Error(`${of(command).length} of ${count} ${command} came`);
        return pdu;
      }, {}),
    async [Symbol.asyncDispose]() {
      for (const { socket } of connections) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function decode(bytes: Buffer): ReceivedPdu {
  const id = bytes.readUInt32BE(4);
  const [command] = Object.entries(COMMANDS).find(([, commandId]) => commandId === id) ?? [];
  return {
    command: command as Command | undefined,
    status: bytes.readUInt32BE(8),
    sequence: bytes.readUInt32BE(12),
    body: bytes.subarray(16),
  };
}

/** Reads a body by a list of fields: C-octet strings, octets, and one octet string behind its length. */
function readFields(body: Buffer, fields: [name: string, type: 's' | 'n' | 'b'][]) {
  let offset = 0;
  const values: Record<string, string | number | Buffer> = {};
  for (const [name, type] of fields) {
    if (type === 's') {
      const end = body.indexOf(0, offset);
      values[name] = body.toString('latin1', offset, end);
      offset = end + 1;
    } else if (type === 'n') {
      values[name] = body.readUInt8(offset++);
    } else {
      const length = body.readUInt8(offset++);
      values[name] = body.subarray(offset, offset + length);
      offset += length;
    }
  }
  const tlvs: Record<number, Buffer> = {};
  while (offset < body.length) {
    const end = offset + 4 + body.readUInt16BE(offset + 2);
    if (end > body.length) throw new Error(`${body.length - offset} octets too many`);
    tlvs[body.readUInt16BE(offset)] = body.subarray(offset + 4, end);
    offset = end;
  }
  return Object.keys(tlvs).length === 0 ? values : { ...values, tlvs };
}

export const readBind = ({ body }: ReceivedPdu) =>
  readFields(body, [
    ['systemId', 's'],
    ['password', 's'],
    ['systemType', 's'],
    ['interfaceVersion', 'n'],
    ['addrTon', 'n'],
    ['addrNpi', 'n'],
    ['addressRange', 's'],
  ]) as Record<string, unknown> & { systemId: string };

export const readSubmit = ({ body }: ReceivedPdu) =>
  readFields(body, [
    ['serviceType', 's'],
    ['sourceTon', 'n'],
    ['sourceNpi', 'n'],
    ['source', 's'],
    ['destTon', 'n'],
    ['destNpi', 'n'],
    ['dest', 's'],
    ['esmClass', 'n'],
    ['protocolId', 'n'],
    ['priority', 'n'],
    ['schedule', 's'],
    ['validity', 's'],
    ['registeredDelivery', 'n'],
    ['replaceIfPresent', 'n'],
    ['dataCoding', 'n'],
    ['defaultMessage', 'n'],
    ['message', 'b'],
  ]) as Record<string, unknown> & { message: Buffer; tlvs?: Record<number, Buffer> };

export const tlv = (tag: number, value: Buffer) => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(tag, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
};

/** The first fields of a deliver_sm and a data_sm. */
const SERVICE_AND_ADDRESSES = Buffer.concat([
  cString(''),
  Buffer.from([1, 1]),
  cString('14155550123'),
  Buffer.from([5, 0]),
  cString('Acme'),
]);

/** The body of a deliver_sm. */
export function deliverBody({
  esmClass = 0x04,
  dataCoding = 0,
  text = Buffer.alloc(0),
  tlvs = [],
}: {
  esmClass?: number;
  dataCoding?: number;
  text?: Buffer;
  tlvs?: Buffer[];
}): Buffer {
  return Buffer.concat([
    SERVICE_AND_ADDRESSES,
    Buffer.from([esmClass, 0, 0]),
    cString(''),
    cString(''),
    Buffer.from([0, 0, dataCoding, 0, text.length]),
    text,
    ...tlvs,
  ]);
}

/** The body of a data_sm, whose text is a TLV. */
export function dataBody({ esmClass = 0x04, dataCoding = 0, tlvs = [] as Buffer[] } = {}): Buffer {
  return Buffer.concat([SERVICE_AND_ADDRESSES, Buffer.from([esmClass, 0, dataCoding]), ...tlvs]);
}
