import { z } from 'zod';
import {
  baseUrl,
  choice,
  country,
  duration,
  flag,
  hostAndPort,
  httpUrl,
  list,
  portNumber,
  redisUrl,
  text,
  token,
  wholeNumber,
} from './fields.ts';

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

const twilioSettings = z.strictObject({
  accountSid: text.regex(
    /^AC[0-9a-fA-F]{32}$/,
    'must be AC and 32 hexadecimal digits; copy it from the Twilio console',
  ),
  authToken: token,
  apiKey: token.regex(/^SK/, 'must begin with SK; copy the SID of the API key from the Twilio console'),
  apiSecret: token,
  from: text.regex(
    /^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11})$/,
    'must be a number in E.164 without spaces (+14155550100), a short code, or a sender ID of up to 11 letters and digits',
  ),
  messagingServiceSid: token.regex(/^MG/, 'must begin with MG; copy it from the Twilio console'),
  apiUrl: baseUrl,
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
  providers: z.strictObject({
    order: list(z.string()),
    twilio: twilioSettings,
    http: z.strictObject({ url: httpUrl, token }),
  }),
});

export type IngressSettings = z.output<typeof ingressSettings>;
export type WorkerSettings = z.output<typeof workerSettings>;
export type CommonSettings = Pick<IngressSettings, keyof typeof commonSettings>;
export type ConnectionSettings = z.output<typeof connectionSettings>;
export type ProviderSettings = WorkerSettings['providers'];
