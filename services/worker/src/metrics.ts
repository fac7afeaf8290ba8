import type { AttemptResult, Outcome } from '@sms-gateway/contract';
import type { LookupResult } from '@sms-gateway/providers';
import { Counter, Histogram, type Registry } from 'prom-client';

export type WorkerMetrics = {
  /** `country` is that of the recipient, ISO 3166-1 alpha-2; undefined where it has none or it cannot be read any more. */
  attempted(provider: string, country: string | undefined, result: AttemptResult, durationMs: number): void;
  concluded(connection: string, country: string | undefined, outcome: Outcome, sinceAcceptedMs: number): void;
  /** An attempt begins although an earlier one may have been sent. */
  mayDuplicate(provider: string): void;
  lookedUp(provider: string, answer: LookupResult['kind']): void;
  /** A message that was sent again because of a receipt has ended. */
  redelivered(outcome: Outcome): void;
  /** Something happened on a persistent connection to a provider. */
  providerEvent(provider: string, event: string): void;
  segmentsSent(provider: string, encoding: string, segments: number): void;
};

const LATENCY_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAY_BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 180, 300];

export function createWorkerMetrics({ registry }: { registry: Registry }): WorkerMetrics {
  const registers = [registry];
  const messages = new Counter({
    name: 'gateway_messages_total',
    help: 'Concluded messages by outcome',
    labelNames: ['connection', 'outcome'],
    registers,
  });
  const attempts = new Counter({
    name: 'gateway_attempts_total',
    help: 'Attempts at providers by result',
    labelNames: ['provider', 'result'],
    registers,
  });
  const messagesByCountry = new Counter({
    name: 'gateway_messages_by_country_total',
    help: "Concluded messages by the recipient's country",
    labelNames: ['country', 'outcome'],
    registers,
  });
  const attemptsByCountry = new Counter({
    name: 'gateway_attempts_by_country_total',
    help: "Attempts at providers by the recipient's country and result",
    labelNames: ['provider', 'country', 'result'],
    registers,
  });
  const attemptDuration = new Histogram({
    name: 'gateway_attempt_duration_seconds',
    help: 'Time from calling a provider to its result',
    labelNames: ['provider'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  const acceptToSent = new Histogram({
    name: 'gateway_accept_to_sent_seconds',
    help: 'Time from the acceptance of a message to its acceptance by a provider',
    buckets: WAY_BUCKETS_SECONDS,
    registers,
  });
  const duplicates = new Counter({
    name: 'gateway_possible_duplicates_total',
    help: 'Attempts begun although an earlier one may have been sent, by the provider of the later one',
    labelNames: ['provider'],
    registers,
  });
  const lookups = new Counter({
    name: 'gateway_lookups_total',
    help: 'Lookups at providers after an unknown result',
    labelNames: ['provider', 'answer'],
    registers,
  });
  const redeliveries = new Counter({
    name: 'gateway_redeliveries_total',
    help: 'Messages sent again because of a delivery receipt, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const segments = new Counter({
    name: 'gateway_segments_total',
    help: 'SMS segments that providers accepted, computed from the text',
    labelNames: ['provider', 'encoding'],
    registers,
  });

  const providerEvents = new Counter({
    name: 'gateway_provider_events_total',
    help: 'Events of providers, such as binds, refused credentials, and receipts without a known message',
    labelNames: ['provider', 'event'],
    registers,
  });

  return {
    providerEvent: (provider, event) => providerEvents.inc({ provider, event }),
    attempted: (provider, country = 'none', result, durationMs) => {
      attempts.inc({ provider, result });
      attemptsByCountry.inc({ provider, country, result });
      attemptDuration.observe({ provider }, durationMs / 1000);
    },
    concluded: (connection, country = 'none', outcome, sinceAcceptedMs) => {
      messages.inc({ connection, outcome });
      messagesByCountry.inc({ country, outcome });
      if (outcome === 'sent') acceptToSent.observe(sinceAcceptedMs / 1000);
    },
    mayDuplicate: (provider) => duplicates.inc({ provider }),
    lookedUp: (provider, answer) => lookups.inc({ provider, answer }),
    redelivered: (outcome) => redeliveries.inc({ outcome }),
    segmentsSent: (provider, encoding, count) =>
      segments.inc({ provider, encoding: encoding === 'GSM-7' ? 'gsm_7' : 'ucs_2' }, count),
  };
}
