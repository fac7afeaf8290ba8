/** What the operator's page shows of a window of time. All times in ISO 8601, all durations in milliseconds. */
export type OverviewAnswer = {
  at: string;
  window: string;
  /** ISO 3166-1 alpha-2, where only one country's messages are counted. */
  country: string | null;
  /** One entry a step, the oldest first. */
  series: {
    startedAt: string;
    stepMs: number;
    accepted: number[];
    sent: number[];
    delivered: number[];
  };
  totals: {
    accepted: number;
    sent: number;
    delivered: number;
    undelivered: number;
    failed: number;
    expired: number;
    superseded: number;
    refused: number;
  };
  acceptToSent: Quantiles;
  acceptToDelivered: Quantiles;
  queue: { waiting: number; delayed: number; active: number; oldestAgeMs: number };
  workers: { name: string; version: string; seenAt: string }[];
  providers: ProviderRow[];
  countries: CountryRow[];
  /** Requests that were not taken, by the rule or reason that refused them. */
  refusals: { reason: string; refused: number; recorded: number }[];
  /** What is different from before, in sentences. */
  changes: string[];
};

export type Quantiles = { p50Ms: number | null; p95Ms: number | null };

export type ProviderRow = {
  name: string;
  /** Undefined where no worker has said so lately. */
  isAvailable: boolean | null;
  /** Why not. */
  reason: string | null;
  attempts: number;
  /** Attempts by result, `accepted` among them. */
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
