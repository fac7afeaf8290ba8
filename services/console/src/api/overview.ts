import type { Overview, OverviewQuery } from '@sms-gateway/reporting';
import type { Refusal, Refusals } from '@sms-gateway/screening';
import { type Request, Router } from 'express';
import { ConsoleProblem } from '../http/problem.ts';
import { openEventStream } from './event-stream.ts';

const HOUR_MS = 3_600_000;
const WINDOWS: Readonly<Record<string, number>> = {
  '15m': HOUR_MS / 4,
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '72h': 72 * HOUR_MS,
};

/** The interval of the overviews in a stream. */
const EVERY_MS = 1000;
/** How many refusals a new viewer gets. */
const REFUSALS = 100;

type Deps = {
  readOverview: (query: OverviewQuery) => Promise<Overview>;
  refusals: Pick<Refusals, 'latest'>;
  now: () => number;
  onError: (error: unknown) => void;
};

/** The state of the gateway, once or as a stream. */
export function overviewRoutes({ readOverview, refusals, now, onError }: Deps): Router {
  const routes = Router();
  const shared = new Map<string, { at: number; overview: Promise<Overview> }>();

  function overviewOf(query: OverviewQuery): Promise<Overview> {
    const key = JSON.stringify(query);
    const known = shared.get(key);
    if (known !== undefined && now() - known.at < EVERY_MS / 2) return known.overview;
    // There are few queries, but a client could invent countries.
    if (shared.size > 100) shared.clear();
    const overview = readOverview(query);
    shared.set(key, { at: now(), overview });
    overview.catch(() => shared.delete(key));
    return overview;
  }

  routes.get('/api/overview', async (req, res) => {
    res.json(await overviewOf(queryOf(req)));
  });

  routes.get('/api/events', (req, res) => {
    const query = queryOf(req);
    let lastRefusalAt = 0;
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const stream = openEventStream(req, res, () => {
      isOver = true;
      clearTimeout(timer);
    });

    async function tell(): Promise<void> {
      const [overview, latest] = await Promise.all([overviewOf(query), refusals.latest(REFUSALS)]);
      const fresh = latest.filter(({ at }) => at > lastRefusalAt);
      lastRefusalAt = fresh[0]?.at ?? lastRefusalAt;
      if (isOver) return;
      stream.send('overview', overview);
      if (fresh.length > 0) stream.send('refusals', fresh.map(shown));
    }

    async function repeat(): Promise<void> {
      await tell().catch(onError);
      if (!isOver) timer = setTimeout(() => void repeat(), EVERY_MS);
    }
    void repeat();
  });

  return routes;
}

function queryOf({ query: { window = '1h', country = '' } }: Request): OverviewQuery {
  const lengthMs = typeof window === 'string' && Object.hasOwn(WINDOWS, window) ? WINDOWS[window] : undefined;
  if (lengthMs === undefined) {
    throw new ConsoleProblem(400, `"window" must be one of ${Object.keys(WINDOWS).join(', ')}.`);
  }
  if (typeof country !== 'string' || !/^([A-Z]{2}|none)?$/.test(country)) {
    throw new ConsoleProblem(400, '"country" must be an ISO 3166 code such as DE, or none.');
  }
  return { lengthMs, country: country === '' ? undefined : country };
}

function shown({ at, messageId, connection, country, recipientHint, rules }: Refusal & { at: number }) {
  return {
    at: new Date(at).toISOString(),
    id: messageId,
    connection,
    country: country ?? null,
    recipient: recipientHint,
    rules,
  };
}
