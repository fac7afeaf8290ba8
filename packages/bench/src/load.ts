import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type LoadResult = {
  /** Answered with 200 within the window. */
  ok: number;
  /** By status, over the whole run. */
  others: Map<string, number>;
  /** Milliseconds the window lasted. */
  elapsedMs: number;
  /** Milliseconds each request took that was answered within the window. */
  latenciesMs: number[];
};

type Options = {
  port: number;
  connections: number;
  /** Each is sent once. The load ends early where they run out. */
  requests: Buffer[];
  /** Not counted. */
  warmUpMs: number;
  windowMs: number;
  onWindow: () => Promise<void>;
};

/**
 * A closed loop: every connection sends its next request when its last is answered. Made by hand from sockets and
 * ready-made bytes, for a client library costs more CPU than the server it is to measure.
 */
export async function runLoad(options: Options): Promise<LoadResult> {
  const { port, connections, requests, warmUpMs, windowMs, onWindow } = options;
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const result: LoadResult = { ok: 0, others: new Map(), elapsedMs: 0, latenciesMs: [] };
  let next = 0;
  let isCounting = false;
  let isOver = false;

  const drives = sockets.map(
    (socket) =>
      new Promise<void>((resolve, reject) => {
        let sentAt = 0;
        const read = createAnswerReader();
        const send = () => {
          const request = isOver ? undefined : requests[next];
          if (request === undefined) return resolve();
          next += 1;
          sentAt = performance.now();
          socket.write(request);
        };
        socket.on('data', (chunk) => {
          const status = read(chunk);
          if (status === undefined) return;
          if (status !== '200') result.others.set(status, (result.others.get(status) ?? 0) + 1);
          else if (isCounting) {
            result.ok += 1;
            result.latenciesMs.push(performance.now() - sentAt);
          }
          send();
        });
        socket.on('error', reject);
        socket.on('close', () => reject(new Error('the server closed a connection')));
        send();
      }),
  );
  const done = Promise.all(drives);
  const pause = (ms: number) => Promise.race([done, new Promise((resolve) => setTimeout(resolve, ms))]);

  await pause(warmUpMs);
  await onWindow();
  const startedAt = performance.now();
  isCounting = true;
  await pause(windowMs);
  isCounting = false;
  result.elapsedMs = performance.now() - startedAt;
  await onWindow();
  isOver = true;
  await done;
  for (const socket of sockets) socket.removeAllListeners('close').destroy();
  return result;
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Gives the status of an answer with Content-Length once all of it is there. */
function createAnswerReader(): (chunk: Buffer) => string | undefined {
  let seen = '';
  return (chunk) => {
    seen += chunk.toString('latin1');
    const head = seen.indexOf('\r\n\r\n');
    if (head === -1) return undefined;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(seen)?.[1] ?? 0);
    if (seen.length < head + 4 + length) return undefined;
    const status = seen.slice(9, 12);
    seen = '';
    return status;
  };
}
