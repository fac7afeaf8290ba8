import type { AttemptResult, Outcome } from '@sms-gateway/contract';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Route } from './route.ts';

export type WorkerMetrics = {
  attempted(provider: string, result: AttemptResult, durationMs: number): void;
  concluded(connection: string, outcome: Outcome, sinceAcceptedMs: number): void;
};

const LATENCY_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const WAY_BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 180, 300];

export function createWorkerMetrics({ registry }: { registry: Registry }): WorkerMetrics {
  const registers = [registry];
  const messages = new Counter({
    name: 'gateway_messages_total',
    help: 'Messages that reached their outcome',
    labelNames: ['connection', 'outcome'],
    registers,
  });
  const attempts = new Counter({
    name: 'gateway_attempts_total',
    help: 'Attempts at providers by what they came to',
    labelNames: ['provider', 'result'],
    registers,
  });
  const attemptDuration = new Histogram({
    name: 'gateway_attempt_duration_seconds',
    help: 'Time from calling a provider to knowing what it came to',
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

  return {
    attempted: (provider, result, durationMs) => {
      attempts.inc({ provider, result });
      attemptDuration.observe({ provider }, durationMs / 1000);
    },
    concluded: (connection, outcome, sinceAcceptedMs) => {
      messages.inc({ connection, outcome });
      if (outcome === 'sent') acceptToSent.observe(sinceAcceptedMs / 1000);
    },
  };
}

/** Shows for every provider whether this process would call it now. */
export function registerProviderAvailability({
  registry,
  route,
  now,
}: {
  registry: Registry;
  route: Route;
  now: () => number;
}): void {
  const available = new Gauge({
    name: 'gateway_provider_available',
    help: '1 where the provider may be called now, 0 while it is paused',
    labelNames: ['provider'],
    registers: [registry],
    collect() {
      for (const { name, availableAt } of route.candidates()) {
        available.set({ provider: name }, availableAt <= now() ? 1 : 0);
      }
    },
  });
}
