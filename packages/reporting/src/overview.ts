import { readQueueCounts } from '@sms-gateway/delivery';
import type { RedisClient } from '@sms-gateway/redis';
import { changesBetween } from './changes.ts';
import { bucketsOf, type Counts, countsOf, labelsOf, seriesOf, total, undelivered } from './counts.ts';
import { type LastError, readLastErrors } from './last-errors.ts';
import { type ProcessStatus, readProcesses } from './processes.ts';
import { quantileOf } from './quantile.ts';
import { readWindow } from './rollup-reader.ts';
import { HOUR_MS } from './series.ts';
import { inWords } from './why/reasons.ts';

/** The state of the gateway over a window of time. All times in ISO 8601, all durations in milliseconds. */
export type Overview = {
  at: string;
  /** ISO 3166-1 alpha-2 if only one country's messages are counted. Refusals are always those of all countries. */
  country: string | null;
  /** One number per step, oldest first. */
  series: { startedAt: string; stepMs: number; accepted: number[]; sent: number[]; delivered: number[] };
  totals: Record<
    'accepted' | 'sent' | 'delivered' | 'undelivered' | 'failed' | 'expired' | 'superseded' | 'refused',
    number
  >;
  acceptToSent: Quantiles;
  acceptToDelivered: Quantiles;
  queue: { waiting: number; delayed: number; active: number; oldestAgeMs: number };
  workers: { name: string; version: string; startedAt: string; seenAt: string; reasons: string[] }[];
  providers: ProviderRow[];
  countries: CountryRow[];
  /** Refused requests, by screening rule or problem; `recorded` counts those that a recording rule would have refused. */
  refusals: { reason: string; refused: number; recorded: number }[];
  /** Each limit that a process reports, and what it refused in the window. */
  limits: LimitRow[];
  /** What changed in the last hour, compared with the hour before, in sentences. */
  changes: string[];
};

export type Quantiles = { p50Ms: number | null; p95Ms: number | null };

export type ProviderRow = {
  name: string;
  /** Null if no worker reports it. */
  isAvailable: boolean | null;
  /** Why it is not available, in words. */
  reason: string | null;
  attempts: number;
  /** Attempts by result, including `accepted`. */
  results: Record<string, number>;
  delivered: number;
  undelivered: number;
  latency: Quantiles;
  lastError: { words: string; at: string } | null;
};

export type CountryRow = {
  /** ISO 3166-1 alpha-2, or `none`. */
  country: string;
  accepted: number;
  sent: number;
  delivered: number;
  undelivered: number;
  verified: number;
};

export type LimitRow = {
  connection: string;
  rule: string;
  mode: string;
  max: string;
  refused: number;
  recorded: number;
};

type Options = {
  redis: RedisClient;
  /** Milliseconds since the epoch. */
  now: () => number;
};

export type OverviewQuery = { lengthMs: number; country: string | undefined };

/** Reads the overview from the roll-ups in Redis. */
export function createOverviewReader({ redis, now }: Options) {
  return async ({ lengthMs, country }: OverviewQuery): Promise<Overview> => {
    const at = now();
    const [window, lastHour, hourBefore, queue, processes, lastErrors] = await Promise.all([
      readWindow(redis, { now: at, lengthMs }),
      readWindow(redis, { now: at, lengthMs: HOUR_MS }),
      readWindow(redis, { now: at - HOUR_MS, lengthMs: HOUR_MS }),
      readQueueCounts(redis),
      readProcesses(redis, now),
      readLastErrors(redis),
    ]);
    const counts = countsOf(window.steps);
    const steps = window.steps.map((step) => countsOf([step]));
    const perStep = (event: string, ...labels: (string | undefined)[]) =>
      steps.map((step) => total(step, event, ...labels));
    const workers = processes.filter(({ service }) => service === 'worker');
    return {
      at: iso(at),
      country: country ?? null,
      series: {
        startedAt: iso(window.startedAt),
        stepMs: window.stepMs,
        accepted: perStep('accepted', country),
        sent: perStep('outcome', country, 'sent'),
        delivered: perStep('receipt', undefined, country, 'delivered'),
      },
      totals: {
        accepted: total(counts, 'accepted', country),
        sent: total(counts, 'outcome', country, 'sent'),
        delivered: total(counts, 'receipt', undefined, country, 'delivered'),
        undelivered: undelivered(counts, undefined, country),
        failed: total(counts, 'outcome', country, 'failed'),
        expired: total(counts, 'outcome', country, 'expired'),
        superseded: total(counts, 'outcome', country, 'superseded'),
        refused: total(counts, 'refused'),
      },
      acceptToSent: quantilesOf(bucketsOf(counts, 'to_sent')),
      acceptToDelivered: quantilesOf(bucketsOf(counts, 'to_delivered', undefined, country)),
      queue: {
        waiting: queue.waiting,
        delayed: queue.delayed,
        active: queue.active,
        oldestAgeMs: queue.oldestAt === 0 ? 0 : Math.max(0, at - queue.oldestAt),
      },
      workers: workers.map(({ name, version, startedAt, seenAt, reasons }) => ({
        name,
        version,
        startedAt: iso(startedAt),
        seenAt: iso(seenAt),
        reasons,
      })),
      providers: providersOf(counts, country, workers).map((row) => {
        const error = lastErrors.get(row.name);
        return {
          ...row,
          lastError: error === undefined ? null : { words: wordsOf(error), at: iso(error.at) },
        };
      }),
      countries: countriesOf(counts),
      refusals: refusalsOf(counts),
      limits: limitsOf(processes, counts),
      changes: changesBetween(countsOf(hourBefore.steps), countsOf(lastHour.steps)),
    };
  };
}

const wordsOf = ({ result, code }: LastError) => (code === '' ? result.replaceAll('_', ' ') : inWords(code));
const iso = (at: number) => new Date(at).toISOString();

function quantilesOf(buckets: ReadonlyMap<number, number>): Quantiles {
  return { p50Ms: quantileOf(buckets, 0.5), p95Ms: quantileOf(buckets, 0.95) };
}

function providersOf(
  counts: Counts,
  country: string | undefined,
  workers: readonly ProcessStatus[],
): Omit<ProviderRow, 'lastError'>[] {
  const states = workers.flatMap(({ providers = {} }) => Object.entries(providers));
  const names = [...new Set([...states.map(([name]) => name), ...labelsOf(counts, 'attempt', 0)])].toSorted();
  return names.map((name) => {
    const results: Record<string, number> = {};
    for (const { labels, count } of seriesOf(counts, 'attempt')) {
      const [provider, of, result = ''] = labels;
      if (provider !== name || (country !== undefined && of !== country)) continue;
      results[result] = (results[result] ?? 0) + count;
    }
    const known = states.flatMap(([of, state]) => (of === name ? [state] : []));
    const unavailable = known.find(({ isAvailable }) => !isAvailable);
    return {
      name,
      isAvailable: known.length === 0 ? null : unavailable === undefined,
      reason: unavailable?.reason ?? null,
      attempts: Object.values(results).reduce((sum, count) => sum + count, 0),
      results,
      delivered: total(counts, 'receipt', name, country, 'delivered'),
      undelivered: undelivered(counts, name, country),
      latency: quantilesOf(bucketsOf(counts, 'latency', name)),
    };
  });
}

function countriesOf(counts: Counts): CountryRow[] {
  const names = new Set([
    ...['accepted', 'outcome', 'verified'].flatMap((event) => labelsOf(counts, event, 0)),
    ...labelsOf(counts, 'receipt', 1),
  ]);
  return [...names].toSorted().map((country) => ({
    country,
    accepted: total(counts, 'accepted', country),
    sent: total(counts, 'outcome', country, 'sent'),
    delivered: total(counts, 'receipt', undefined, country, 'delivered'),
    undelivered: undelivered(counts, undefined, country),
    verified: total(counts, 'verified', country),
  }));
}

/** Refusals by screening rule, and by problem where no rule was involved. */
function refusalsOf(counts: Counts): Overview['refusals'] {
  const rules = new Map<string, { refused: number; recorded: number }>();
  for (const { labels, count } of seriesOf(counts, 'screened')) {
    const [, rule = '', decision] = labels;
    const row = rules.get(rule) ?? { refused: 0, recorded: 0 };
    if (decision === 'refused') row.refused += count;
    else row.recorded += count;
    rules.set(rule, row);
  }
  const problems = labelsOf(counts, 'refused', 0)
    .filter((problem) => !FROM_RULES.has(problem))
    .map((problem) => ({ reason: problem, refused: total(counts, 'refused', problem), recorded: 0 }));
  return [...[...rules].map(([reason, row]) => ({ reason, ...row })), ...problems].toSorted(
    (a, b) => b.refused - a.refused || b.recorded - a.recorded,
  );
}

/** Problems that come from a screening rule, whose name says more. */
const FROM_RULES = new Set([
  'destination_not_allowed',
  'number_type_not_allowed',
  'destination_blocked',
  'limit_reached',
  'spend_cap_reached',
  'pumping_suspected',
]);

function limitsOf(processes: readonly ProcessStatus[], counts: Counts): LimitRow[] {
  const rows = new Map<string, LimitRow>();
  for (const limit of processes.flatMap(({ limits = [] }) => limits)) {
    const { connection, rule } = limit;
    rows.set(`${connection} ${rule}`, {
      ...limit,
      refused: total(counts, 'screened', connection, rule, 'refused'),
      recorded: total(counts, 'screened', connection, rule, 'recorded'),
    });
  }
  return [...rows.values()];
}
