import { Counter, Histogram, type Registry } from 'prom-client';

export type IngressMetrics = {
  requested(connection: string, status: number): void;
  /** A new message is in the queue. `country` is that of the recipient, ISO 3166-1 alpha-2. */
  accepted(country: string | undefined): void;
  /** `fault` says what exactly is wrong with a token. */
  refused(connection: string, problem: string, fault: string | undefined): void;
  screened(connection: string, rule: string, decision: 'refused' | 'recorded'): void;
  verified(connection: string, country: string | undefined, credited: number): void;
  /** A number or an address reached its limit for the first time in a while. */
  limitedSubject(connection: string, rule: string): void;
  ignoredField(connection: string, field: string): void;
  unparsableAddress(connection: string): void;
  /** A number in a shared calling code whose country is unknown. */
  countryAssumed(countryCallingCode: string): void;
  retiredForm(form: string): void;
  /** `ageMs` since its `iat`; undefined where it has none. */
  tokenBelieved(connection: string, ageMs: number | undefined): void;
  dataLost(): void;
  receiptRefused(provider: string, reason: 'not_authentic' | 'malformed'): void;
  /** `key`: position, from 1, of the configured secret or key that proved the call. */
  receiptProved(provider: string, key: number): void;
  /** An attempt to make a message durable has ended, with or without success. */
  enqueued(durationMs: number): void;
};

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const AGE_BUCKETS_SECONDS = [1, 5, 15, 60, 300, 900, 1800, 3600, 4 * 3600, 24 * 3600];

export function createIngressMetrics({ registry }: { registry: Registry }): IngressMetrics {
  const registers = [registry];
  const dataLosses = new Counter({
    name: 'gateway_redis_data_losses_total',
    help: 'How often Redis returned with different data than before',
    registers,
  });
  const requests = new Counter({
    name: 'gateway_requests_total',
    help: 'Requests at the public listener; connection is "none" if the request addressed no configured one',
    labelNames: ['connection', 'status'],
    registers,
  });
  const accepted = new Counter({
    name: 'gateway_accepted_by_country_total',
    help: "Messages put into the queue, without repeats, by the recipient's country",
    labelNames: ['country'],
    registers,
  });
  const refused = new Counter({
    name: 'gateway_refused_total',
    help: 'Requests that were answered with a problem, by its kind and by the fault of the token',
    labelNames: ['connection', 'problem', 'fault'],
    registers,
  });
  const screened = new Counter({
    name: 'gateway_screened_total',
    help: 'Messages that a screening rule refused, or would have (recorded)',
    labelNames: ['connection', 'rule', 'decision'],
    registers,
  });
  const verified = new Counter({
    name: 'gateway_codes_verified_total',
    help: 'Codes that no longer count as unused, because an application reported a login',
    labelNames: ['connection'],
    registers,
  });
  const verifiedByCountry = new Counter({
    name: 'gateway_verified_by_country_total',
    help: "Codes that no longer count as unused, because an application reported a login, by the recipient's country",
    labelNames: ['country'],
    registers,
  });
  const limitedSubjects = new Counter({
    name: 'gateway_limited_subjects_total',
    help: 'Numbers and addresses that reached their limit, each counted once per ten minutes, rule and process',
    labelNames: ['connection', 'rule'],
    registers,
  });
  const ignoredFields = new Counter({
    name: 'gateway_ignored_fields_total',
    help: 'Malformed optional fields of requests; the message was accepted without them',
    labelNames: ['connection', 'field'],
    registers,
  });
  const unparsableAddresses = new Counter({
    name: 'gateway_unparsable_addresses_total',
    help: 'Requests whose req.ip is not an address, so no rule for addresses applied',
    labelNames: ['connection'],
    registers,
  });
  const countriesAssumed = new Counter({
    name: 'gateway_numbers_of_unknown_country_total',
    help: 'Recipients in a shared calling code that the metadata assigns to no country; treated as the main country of the code',
    labelNames: ['country_calling_code'],
    registers,
  });
  const retiredForms = new Counter({
    name: 'gateway_retired_numbers_total',
    help: 'Recipients in a form that their country has retired, converted to the current one',
    labelNames: ['form'],
    registers,
  });
  const receiptsRefused = new Counter({
    name: 'gateway_receipts_refused_total',
    help: 'Calls to receipt URLs that were not authentic or not understood',
    labelNames: ['provider', 'reason'],
    registers,
  });
  const receiptsProved = new Counter({
    name: 'gateway_receipts_proved_total',
    help: 'Calls to receipt URLs by the position of the secret or key that verified them; one that is no longer counted can be removed',
    labelNames: ['provider', 'key'],
    registers,
  });
  const tokenAge = new Histogram({
    name: 'gateway_token_age_seconds',
    help: 'Age of accepted bearer tokens by their iat; AUTH0_MAX_TOKEN_AGE limits it',
    labelNames: ['connection'],
    buckets: AGE_BUCKETS_SECONDS,
    registers,
  });
  const enqueueDuration = new Histogram({
    name: 'gateway_enqueue_duration_seconds',
    help: 'Time to make a message durable in Redis, failures included',
    buckets: BUCKETS_SECONDS,
    registers,
  });

  return {
    requested: (connection, status) => requests.inc({ connection, status }),
    accepted: (country = 'none') => accepted.inc({ country }),
    refused: (connection, problem, fault) => refused.inc({ connection, problem, fault: fault ?? 'none' }),
    screened: (connection, rule, decision) => screened.inc({ connection, rule, decision }),
    verified: (connection, country = 'none', credited) => {
      verified.inc({ connection }, credited);
      verifiedByCountry.inc({ country }, credited);
    },
    limitedSubject: (connection, rule) => limitedSubjects.inc({ connection, rule }),
    ignoredField: (connection, field) => ignoredFields.inc({ connection, field }),
    unparsableAddress: (connection) => unparsableAddresses.inc({ connection }),
    countryAssumed: (countryCallingCode) =>
      countriesAssumed.inc({ country_calling_code: countryCallingCode }),
    retiredForm: (form) => retiredForms.inc({ form }),
    tokenBelieved: (connection, ageMs) => {
      // With the age off, any `iat` is believed, and in milliseconds it may be infinite.
      if (ageMs !== undefined && Number.isFinite(ageMs))
        tokenAge.observe({ connection }, Math.max(0, ageMs / 1000));
    },
    dataLost: () => dataLosses.inc(),
    receiptRefused: (provider, reason) => receiptsRefused.inc({ provider, reason }),
    receiptProved: (provider, key) => receiptsProved.inc({ provider, key }),
    enqueued: (durationMs) => enqueueDuration.observe(durationMs / 1000),
  };
}
