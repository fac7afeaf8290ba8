import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';

export type RawAnswer = { status: number; headers: Record<string, string>; body: string };

/** A bare TCP connection to an HTTP server, for what no HTTP client would send. */
export async function connectRaw(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  const changes = new EventEmitter();
  let received = Buffer.alloc(0);
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isClosed = true;
      changes.emit('change');
      resolve();
    });
  });
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    changes.emit('change');
  });

  return {
    closed,
    write: (bytes: string | Buffer) => void socket.write(bytes),
    /** Resolves with the next complete answer; rejects if the connection ends before. */
    async answer(): Promise<RawAnswer> {
      for (;;) {
        const parsed = parseAnswer(received);
        if (parsed) {
          received = received.subarray(parsed.length);
          return parsed.answer;
        }
        if (isClosed) throw new Error(`closed after ${JSON.stringify(received.toString('latin1'))}`);
        await once(changes, 'change');
      }
    },
    /** What came after the answers that were taken. */
    rest: () => received.toString(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Sends bytes over a connection of their own and resolves with the first answer. */
export async function exchangeRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  using connection = await connectRaw(url);
  connection.write(bytes);
  return await connection.answer();
}

export type RequestParts = {
  method?: string;
  path?: string;
  /** undefined leaves a header out that would be there otherwise. */
  headers?: Record<string, string | undefined>;
  body?: string | Buffer;
};

/** The bytes of an HTTP/1.1 request, with a Content-Length unless told otherwise. */
export function httpRequest({
  method = 'POST',
  path = '/v1/sms',
  headers = {},
  body = '',
}: RequestParts): Buffer {
  const all = { Host: 'gateway', 'Content-Length': String(Buffer.byteLength(body)), ...headers };
  const lines = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'),
    Buffer.from(body),
  ]);
}

function parseAnswer(bytes: Buffer): { answer: RawAnswer; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const length = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (bytes.length < length) return undefined;
  const body = bytes.subarray(headEnd + 4, length).toString();
  return { answer: { status: Number(statusLine.split(' ')[1]), headers, body }, length };
}
