/**
 * A provider that answers every POST with 200 after a while. It is written on sockets, so that it leaves the CPU to what
 * is measured. Asked for `arrivals`, it tells which recipients it got a message for since it was last asked, and when.
 */
import { createServer, type Socket } from 'node:net';
import { onEachMessage } from '../on-each-message.ts';
import { sharedClockMs } from '../shared-clock.ts';
import { createCountdown } from './countdown.ts';

const answerAfterMs = Number(process.env['ANSWER_AFTER_MS']);
const BODY = '{"id":"provider-id"}';
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n` +
    `Keep-Alive: timeout=60\r\nConnection: keep-alive\r\n\r\n${BODY}`,
);

const countdown = createCountdown();
let arrivals: [recipient: string, atMs: number][] = [];

function answer(socket: Socket): void {
  socket.write(ANSWER);
  countdown.count();
}

process.on('message', (message) => {
  if (message !== 'arrivals') return;
  process.send?.({ arrivals });
  arrivals = [];
});

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  onEachMessage(socket, (request) => {
    arrivals.push([/"to":"(\+\d+)"/.exec(request)?.[1] ?? '', sharedClockMs()]);
    setTimeout(answer, answerAfterMs, socket);
  });
});

server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.({ ready: true }));
