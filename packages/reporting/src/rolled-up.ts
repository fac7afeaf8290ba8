import type { RolledUp } from './rollup-writer.ts';

/** The metrics that are rolled up. Each process rolls up those that its registry has. */
export const ROLLED_UP: readonly RolledUp[] = [
  { metric: 'gateway_accepted_by_country_total', event: 'accepted', labels: ['country'] },
  { metric: 'gateway_refused_total', event: 'refused', labels: ['problem', 'connection', 'fault'] },
  { metric: 'gateway_screened_total', event: 'screened', labels: ['connection', 'rule', 'decision'] },
  { metric: 'gateway_verified_by_country_total', event: 'verified', labels: ['country'] },
  { metric: 'gateway_messages_by_country_total', event: 'outcome', labels: ['country', 'outcome'] },
  {
    metric: 'gateway_attempts_by_country_total',
    event: 'attempt',
    labels: ['provider', 'country', 'result'],
  },
  { metric: 'gateway_attempt_duration_seconds', event: 'latency', labels: ['provider'] },
  { metric: 'gateway_accept_to_sent_seconds', event: 'to_sent', labels: [] },
  {
    metric: 'gateway_accept_to_delivered_seconds',
    event: 'to_delivered',
    labels: ['provider', 'country'],
  },
  {
    metric: 'gateway_receipts_by_country_total',
    event: 'receipt',
    labels: ['provider', 'country', 'status'],
  },
];
