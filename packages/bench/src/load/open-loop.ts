import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, openConnections } from './connection.ts';
import { sharedClockMs } from '../shared-clock.ts';

/** Milliseconds from the start at which requests arrive that know nothing of each other (a Poisson process). */
export function arrivalsMs(count: number, perSecond: number, random: () => number): number[] {
  let atMs = 0;
  return Array.from({ length: count }, () => (atMs += (-Math.log(1 - random()) * 1000) / perSecond));
}

const CONNECTIONS = 256;

/** On the clock that all processes share. */
export type Timing = { dueAtMs: number; answeredAtMs: number };

/**
 * Sends every request when it is due, however many are still unanswered. A request that finds every connection busy
 * waits, and that wait counts: times are to be taken from `dueAtMs`. Timers may be late by a millisecond.
 */
export async function runOpenLoop(
  port: number,
  requests: readonly Buffer[],
  arrivals: readonly number[],
): Promise<Timing[]> {
  const opened = await openConnections([port], CONNECTIONS);
  const idle = [...opened];
  const waiting: ((connection: Connection) => void)[] = [];
  const takeIdle = (): Connection | undefined => {
    const connection = idle.pop();
    return connection?.isClosed() ? takeIdle() : connection;
  };
  const release = (connection: Connection) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(connection);
    else next(connection);
  };
  const sendOne = async (request: Buffer, dueAtMs: number): Promise<Timing> => {
    const connection = takeIdle() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)));
    await connection.send(request);
    const answeredAtMs = sharedClockMs();
    release(connection);
    return { dueAtMs, answeredAtMs };
  };

  const startedAtMs = sharedClockMs();
  const sent: Promise<Timing>[] = [];
  for (const [index, request] of requests.entries()) {
    const dueAtMs = startedAtMs + (arrivals[index] ?? 0);
    const early = dueAtMs - sharedClockMs();
    if (early > 0) await delay(early);
    sent.push(sendOne(request, dueAtMs));
  }
  const timings = await Promise.all(sent);
  for (const connection of opened) connection.close();
  return timings;
}
