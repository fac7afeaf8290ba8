import { z } from 'zod';
import {
  baseUrl,
  choice,
  country,
  duration,
  flag,
  hostAndPort,
  list,
  portNumber,
  redisUrl,
  text,
  wholeNumber,
} from './fields.ts';
import { providerSettings } from './provider-settings.ts';

const host = text.regex(/^[^\s/]+$/, 'must be a host name or an IP address');

const commonSettings = {
  logLevel: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  shutdownTimeout: duration('1s', '10m'),
  admin: z.strictObject({ host, port: portNumber }),
  redis: z.strictObject({
    url: redisUrl,
    sentinels: list(hostAndPort(26_379)),
    sentinelName: text,
    clusterNodes: list(hostAndPort(6379)),
  }),
  payloadKeys: list(z.string()),
  payloadEncryption: choice(['on', 'off']),
};

const connectionSettings = z.strictObject({
  secrets: list(z.string()),
  secretsBase64: flag,
  audience: text,
  subject: text,
  issuer: text,
  messageTtl: duration('1s', '1h'),
  allowedCountries: list(country),
  defaultCountry: country,
});

/** Everything that the YAML file may say to the ingress; the environment fills the same form. */
export const ingressSettings = z.strictObject({
  ...commonSettings,
  host,
  port: portNumber,
  publicUrl: baseUrl,
  durability: choice(['fsync', 'replicated', 'managed', 'none']),
  durabilityReplicas: wholeNumber(1, 10),
  screening: choice(['on', 'record', 'off']),
  messageTtl: duration('1s', '1h'),
  allowedCountries: list(country),
  defaultCountry: country,
  connections: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/), connectionSettings),
});

/** Everything that the YAML file may say to the worker. */
export const workerSettings = z.strictObject({
  ...commonSettings,
  concurrency: wholeNumber(1, 1000),
  onUnknown: choice(['resend', 'give_up']),
  providers: providerSettings,
});

export type IngressSettings = z.output<typeof ingressSettings>;
export type WorkerSettings = z.output<typeof workerSettings>;
export type CommonSettings = Pick<IngressSettings, keyof typeof commonSettings>;
export type ConnectionSettings = z.output<typeof connectionSettings>;
export type ProviderSettings = z.output<typeof providerSettings>;
