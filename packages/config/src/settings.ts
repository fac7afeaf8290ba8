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
import { providerSettings, receiptSettings } from './provider-settings.ts';
import { routeSettings, senderRuleSettings } from './route-settings.ts';
import {
  destinationSettings,
  guardSettings,
  limitSettings,
  priceSettings,
  sharedLimitSettings,
  spendSettings,
} from './screening-settings.ts';

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
  publicUrl: baseUrl,
};

const connectionName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    'is not a name for a connection: lower-case letters, digits, - and _, at most 64, beginning with a letter or digit',
  );

const connectionSettings = z.strictObject({
  secrets: list(z.string()),
  secretsBase64: flag,
  audience: text,
  subject: text,
  issuer: text,
  messageTtl: duration('1s', '1h'),
  ...destinationSettings,
  defaultCountry: country,
  limits: limitSettings,
  guard: guardSettings,
  spend: spendSettings,
  template: text,
});

/** Everything that the YAML file may say to the ingress; the environment fills the same form. */
export const ingressSettings = z.strictObject({
  ...commonSettings,
  host,
  port: portNumber,
  durability: choice(['fsync', 'replicated', 'managed', 'none']),
  durabilityReplicas: wholeNumber(1, 10),
  screening: choice(['on', 'record', 'off']),
  messageTtl: duration('1s', '1h'),
  ...destinationSettings,
  defaultCountry: country,
  limits: sharedLimitSettings,
  guard: guardSettings,
  spend: spendSettings,
  prices: priceSettings,
  connections: z.record(connectionName, connectionSettings),
  providers: receiptSettings,
});

/** What the worker has to know of a connection: the route that its messages take. */
const connectionRouteSettings = z.record(connectionName, z.strictObject({ route: text }));

/** Everything that the YAML file may say to the worker. */
export const workerSettings = z.strictObject({
  ...commonSettings,
  concurrency: wholeNumber(1, 1000),
  onUnknown: choice(['resend', 'give_up']),
  smartCharacters: choice(['keep', 'replace']),
  connections: connectionRouteSettings,
  routes: routeSettings,
  senderRules: senderRuleSettings,
  providers: providerSettings,
});

export type IngressSettings = z.output<typeof ingressSettings>;
export type WorkerSettings = z.output<typeof workerSettings>;
export type CommonSettings = Pick<IngressSettings, keyof typeof commonSettings>;
export type ConnectionSettings = z.output<typeof connectionSettings>;
export type ProviderSettings = z.output<typeof providerSettings>;

const senderSettings = workerSettings.shape.providers.shape;

/** What explaining a route needs: no secrets, so that it can be done anywhere. */
export const routingSettings = z.strictObject({
  connections: connectionRouteSettings,
  routes: routeSettings,
  senderRules: senderRuleSettings,
  providers: z.strictObject({
    order: senderSettings.order,
    aws: senderSettings.aws.pick({ originationIdentity: true }),
    infobip: senderSettings.infobip.pick({ from: true }),
    plivo: senderSettings.plivo.pick({ from: true, powerpackUuid: true }),
    sinch: senderSettings.sinch.pick({ from: true }),
    smpp: senderSettings.smpp.pick({ from: true }),
    telnyx: senderSettings.telnyx.pick({ from: true, messagingProfileId: true }),
    twilio: senderSettings.twilio.pick({ from: true, messagingServiceSid: true }),
    vonage: senderSettings.vonage.pick({ from: true }),
  }),
});

/** What it takes to call the gateway as Auth0 does, and to explain what screening makes of it. */
export const callerSettings = ingressSettings.pick({
  publicUrl: true,
  screening: true,
  messageTtl: true,
  allowedCountries: true,
  allowedPrefixes: true,
  deniedCountries: true,
  deniedPrefixes: true,
  deniedNumberTypes: true,
  defaultCountry: true,
  limits: true,
  guard: true,
  spend: true,
  prices: true,
  connections: true,
});

/** Where Redis is. */
export const redisSettings = ingressSettings.pick({ redis: true });
