import type { Socket } from 'node:net';

/**
 * Calls `take` with the text of each HTTP message that comes: one at a time on a connection, with a Content-Length.
 * Written by hand on sockets: a client or server library costs more CPU than what is measured.
 */
export function onEachMessage(socket: Socket, take: (message: string) => void): void {
  let seen = '';
  socket.on('data', (chunk) => {
    seen += chunk.toString('latin1');
    const head = seen.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(seen)?.[1] ?? 0);
    if (seen.length < head + 4 + length) return;
    const message = seen;
    seen = '';
    take(message);
  });
}
