import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createRandom } from '../random.ts';
import { arrivalsMs, runOpenLoop } from './open-loop.ts';

it('has requests arrive at the rate, in ascending order, and the same with the same seed', () => {
  const arrivals = arrivalsMs(10_000, 50, createRandom(1));
  expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
  expect((arrivals.at(-1) ?? 0) / 1000).toBeCloseTo(10_000 / 50, -1);
  expect(arrivalsMs(10_000, 50, createRandom(1))).toEqual(arrivals);
});

it('has requests arrive independently: the gaps vary as much as they last', () => {
  const arrivals = arrivalsMs(10_000, 1000, createRandom(2));
  const gaps = arrivals.map((atMs, index) => atMs - (arrivals[index - 1] ?? 0));
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - 1) ** 2, 0) / gaps.length);
  expect(deviation).toBeGreaterThan(0.9);
  expect(deviation).toBeLessThan(1.1);
});

it('sends further requests while earlier ones are unanswered, and counts from when each was due', async () => {
  const count = 300;
  let received = 0;
  const held: (() => void)[] = [];
  // Answers nothing before every connection of the load has a request: a closed loop would never end.
  const server = createServer((_req, res) => {
    received += 1;
    held.push(() => res.end('ok'));
    if (received >= 256) for (const answer of held.splice(0)) answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  const request = Buffer.from('POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: 0\r\n\r\n');
  const { port } = server.address() as AddressInfo;
  const arrivals = Array.from({ length: count }, (_, index) => index / 10);
  const timings = await runOpenLoop(
    port,
    Array.from({ length: count }, () => request),
    arrivals,
  );

  expect(received).toBe(count);
  const [first] = timings;
  expect(timings.map(({ dueAtMs }) => dueAtMs - (first?.dueAtMs ?? 0)).at(-1)).toBeCloseTo((count - 1) / 10);
  // The first waited for the 256th to arrive.
  expect((first?.answeredAtMs ?? 0) - (first?.dueAtMs ?? 0)).toBeGreaterThan(255 / 10);
});
