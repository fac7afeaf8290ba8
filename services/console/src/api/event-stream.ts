import type { Request, Response } from 'express';

/** The interval of comments that keep proxies from closing a silent stream. */
const HEARTBEAT_MS = 15_000;

export type EventStream = { send(event: string, data: unknown): void };

/** Answers with server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until either side closes. */
export function openEventStream(req: Request, res: Response, onClose: () => void): EventStream {
  res.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  res.write('retry: 2000\n\n');
  const heartbeat = setInterval(() => res.write(':\n\n'), HEARTBEAT_MS);
  req.once('close', () => {
    clearInterval(heartbeat);
    onClose();
  });
  return {
    send: (event, data) => void res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
  };
}
