/**
 * A provider that answers every POST with 200 after a while. Made by hand from sockets, so that it leaves the CPU to
 * what is measured. Told `{ expect: n }`, it says when it has answered n more requests.
 */
import { createServer, type Socket } from 'node:net';

const answerAfterMs = Number(process.env['ANSWER_AFTER_MS']);
const BODY = '{"id":"provider-id"}';
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n` +
    `Keep-Alive: timeout=60\r\nConnection: keep-alive\r\n\r\n${BODY}`,
);

let answered = 0;
let expected = Number.POSITIVE_INFINITY;

function answer(socket: Socket): void {
  socket.write(ANSWER);
  answered += 1;
  if (answered === expected) {
    process.send?.({ answered, finishedAt: performance.timeOrigin + performance.now() });
  }
}

process.on('message', (message: { expect?: number }) => {
  if (message.expect === undefined) return;
  answered = 0;
  expected = message.expect;
});

const server = createServer({ noDelay: true }, (socket) => {
  let seen = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    seen += chunk.toString('latin1');
    const head = seen.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(seen)?.[1] ?? 0);
    // One request at a time on a connection: nobody who is measured here pipelines.
    if (seen.length < head + 4 + length) return;
    seen = '';
    setTimeout(answer, answerAfterMs, socket);
  });
});

server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.({ ready: true }));
