import { setTimeout as delay } from 'node:timers/promises';
import { parsePhoneNumber } from '@sms-gateway/contract';
import { parseDurationMs } from '@sms-gateway/config';
import type { Inbox, InboxMessage } from '@sms-gateway/delivery';
import { SIMULATED_NUMBERS } from '@sms-gateway/providers';
import { type Request, Router } from 'express';
import { ConsoleProblem } from '../http/problem.ts';
import { openEventStream } from './event-stream.ts';
import type { InboxTail } from './inbox-tail.ts';

/** Numbers that are reserved for fiction. Any others with the same last two digits behave the same. */
const FICTIONAL_RANGE = '+141555501';

/** How long one request may wait at most. */
const LONGEST_WAIT_MS = 60_000;

type Filter = (message: InboxMessage) => boolean;

/** The development inbox, for the page and for end-to-end tests that wait for a code. */
export function inboxRoutes({ inbox, tail }: { inbox: Inbox; tail: InboxTail }): Router {
  const routes = Router();

  routes.get('/api/inbox/messages', async (req, res) => {
    const fits = filterOf(req);
    const waitMs = waitOf(req);
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const messages = await firstNonEmpty(fits, Math.min(waitMs, LONGEST_WAIT_MS), gone.signal);
    res.json({ messages: messages.map(shown) });
  });

  routes.get('/api/inbox/numbers', (_req, res) => {
    const numbers = Object.entries(SIMULATED_NUMBERS).toSorted(([a], [b]) => Number(a) - Number(b));
    res.json({
      numbers: numbers.map(([digits, { description }]) => ({
        number: `${FICTIONAL_RANGE}${digits}`,
        description,
      })),
    });
  });

  routes.delete('/api/inbox/messages', async (_req, res) => {
    await inbox.clear();
    res.status(204).end();
  });

  routes.get('/api/inbox/events', (req, res) => {
    const stream = openEventStream(req, res, () => unsubscribe());
    const unsubscribe = tail.subscribe((message) => stream.send('message', shown(message)));
  });

  /** The present messages, or the first new ones. Subscribes before it reads, so that it misses none. */
  async function firstNonEmpty(fits: Filter, waitMs: number, gone: AbortSignal): Promise<InboxMessage[]> {
    const arrived: InboxMessage[] = [];
    const waiting = new AbortController();
    const unsubscribe = tail.subscribe((message) => {
      if (!fits(message)) return;
      arrived.push(message);
      waiting.abort();
    });
    try {
      const present = (await inbox.latest()).filter(fits);
      if (present.length > 0 || waitMs === 0) return present;
      const signal = AbortSignal.any([waiting.signal, gone]);
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      return arrived;
    } finally {
      unsubscribe();
    }
  }

  return routes;
}

/** By default messages that reached the phone; with `all=1` also the others, for the page. */
function filterOf(req: Request): Filter {
  const { to, connection, after, all } = req.query;
  const number = typeof to === 'string' && to !== '' ? (parsePhoneNumber(to)?.e164 ?? to) : undefined;
  const afterMs = typeof after === 'string' && after !== '' ? Date.parse(after) : undefined;
  if (Number.isNaN(afterMs)) {
    throw new ConsoleProblem(400, '"after" must be a time in ISO 8601, such as 2026-01-31T12:00:00Z.');
  }
  return (message) =>
    (message.arrived || all === '1') &&
    (number === undefined || message.to === number) &&
    (typeof connection !== 'string' || connection === '' || message.connection === connection) &&
    (afterMs === undefined || message.receivedAt > afterMs);
}

/** Milliseconds. */
function waitOf(req: Request): number {
  const { wait } = req.query;
  if (wait === undefined || wait === '' || wait === '0') return 0;
  const waitMs = typeof wait === 'string' ? parseDurationMs(wait) : undefined;
  if (waitMs === undefined)
    throw new ConsoleProblem(400, '"wait" must be a duration with a unit, such as 10s.');
  return waitMs;
}

function shown({ receivedAt, connection, from, code, ...message }: InboxMessage) {
  return {
    ...message,
    connection: connection ?? null,
    from: from ?? null,
    code: code ?? null,
    receivedAt: new Date(receivedAt).toISOString(),
  };
}
