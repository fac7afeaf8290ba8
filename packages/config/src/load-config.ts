import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { connectionConfigs } from './connections.ts';
import { deepFreeze } from './deep-freeze.ts';
import { payloadKeysConfig } from './payload-keys.ts';
import { providerConfigs, providerOrder, rateLimits } from './providers.ts';
import { readSettings } from './read-settings.ts';
import type { Read } from './read-settings.ts';
import { readTextFile } from './read-variable.ts';
import type { Environment, ReadFile } from './read-variable.ts';
import { receiptsConfig, reviewReceipts } from './receipts.ts';
import { redisConfig } from './redis.ts';
import { createReview } from './review.ts';
import type { Review } from './review.ts';
import type {
  CommonConfig,
  ConnectionConfig,
  IngressConfig,
  ProviderName,
  RedisConfig,
  RoutingConfig,
  WorkerConfig,
} from './schema.ts';
import { routingConfig } from './routes.ts';
import {
  callerSettings,
  ingressSettings,
  redisSettings,
  routingSettings,
  workerSettings,
} from './settings.ts';
import type { CommonSettings } from './settings.ts';
import { readSources } from './sources.ts';
import type { Service } from './variables.ts';

type Options = {
  env: Environment;
  /** Reads a text file or throws, as `readFileSync` does. */
  readFile?: ReadFile;
};

/** The ingress's settings, frozen. Throws `ConfigError` with every problem. */
export function loadIngressConfig(options: Options): IngressConfig {
  const { settings, review } = readAll('ingress', ingressSettings, [workerSettings], options);
  const common = commonConfig(settings, review);
  const connections = connectionConfigs(settings, review);
  const receipts = receiptsConfig(settings, review);
  if (settings.durability === 'none') {
    review.warning(['durability'], 'none: a 200 promises nothing, a restart of Redis loses accepted codes');
  }
  if (settings.publicUrl === undefined && connections.some(({ guard }) => guard.mode === 'enforce')) {
    review.note(
      'guard.mode: enforce, and without PUBLIC_URL no receipts tell which codes arrived; let the application tell which were used, or every code counts as unused',
    );
  }
  return finish(review, () => ({
    ...common(),
    host: present(settings.host),
    port: present(settings.port),
    durability: { mode: present(settings.durability), replicas: present(settings.durabilityReplicas) },
    screening: present(settings.screening),
    connections,
    receipts,
    warnings: [...review.warnings],
  }));
}

/** The worker's settings, frozen. Throws `ConfigError` with every problem. */
export function loadWorkerConfig(options: Options): WorkerConfig {
  const { settings, review } = readAll('worker', workerSettings, [ingressSettings], options);
  const common = commonConfig(settings, review);
  const providerSettings = settings.providers ?? {};
  const order = providerOrder(providerSettings, review);
  const routing = routingConfig(settings, order, review);
  const providers = providerConfigs(routing, providerSettings, {
    review,
    isProduction: options.env['NODE_ENV'] === 'production',
  });
  reviewReceipts(providers, settings.publicUrl, review);
  return finish(review, () => ({
    ...common(),
    concurrency: present(settings.concurrency),
    onUnknown: present(settings.onUnknown),
    providers,
    routing,
    rateLimits: rateLimits(providerSettings),
    replacesSmartCharacters: settings.smartCharacters === 'replace',
    warnings: [...review.warnings],
  }));
}

/**
 * The routing rules alone, and each provider's own sender: what explains a route, without secrets, Redis or keys.
 * Without `PROVIDERS` it is console. Throws `ConfigError` with every problem of routes, order and senders.
 */
export function loadRoutingConfig({ env, ...options }: Options): {
  routing: RoutingConfig;
  defaultSenders: Partial<Record<ProviderName, string>>;
} {
  const withOrder = { PROVIDERS: 'console', ...dropEmpty(env) };
  const { settings, review } = readAll('worker', routingSettings, [ingressSettings, workerSettings], {
    env: withOrder,
    ...options,
  });
  const { order, aws, infobip, plivo, sinch, smpp, telnyx, twilio, vonage } = settings.providers ?? {};
  const routing = routingConfig(settings, providerOrder({ order }, review), review);
  return finish(review, () => ({
    routing,
    defaultSenders: {
      ...sender('aws', aws?.originationIdentity),
      ...sender('infobip', infobip?.from),
      ...sender('plivo', plivo?.from ?? plivo?.powerpackUuid),
      ...sender('sinch', sinch?.from),
      ...sender('smpp', smpp?.from),
      ...sender('telnyx', telnyx?.from ?? telnyx?.messagingProfileId),
      ...sender('twilio', twilio?.from ?? twilio?.messagingServiceSid),
      ...sender('vonage', vonage?.from),
    },
  }));
}

/**
 * The connections alone, and the gateway's address: what it takes to call it as Auth0 does, without Redis, keys and
 * providers. Throws `ConfigError` with every problem of these.
 */
export function loadCallerConfig(options: Options): {
  connections: ConnectionConfig[];
  screening: IngressConfig['screening'];
  publicUrl: string | undefined;
  warnings: string[];
} {
  const { settings, review } = readAll('ingress', callerSettings, [ingressSettings, workerSettings], options);
  const connections = connectionConfigs(settings, review);
  return finish(review, () => ({
    connections,
    screening: present(settings.screening),
    publicUrl: settings.publicUrl,
    warnings: [...review.warnings],
  }));
}

/** Where Redis is, and nothing else: what it takes to look into it from anywhere. Throws `ConfigError`. */
export function loadRedisConfig(options: Options): RedisConfig {
  const { settings, review } = readAll('ingress', redisSettings, [ingressSettings, workerSettings], options);
  const redis = redisConfig(settings.redis ?? {}, review);
  return finish(review, () => present(redis));
}

function sender(name: ProviderName, id: string | undefined): Partial<Record<ProviderName, string>> {
  return id === undefined ? {} : { [name]: id };
}

function dropEmpty(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}

function readAll<Schema extends z.ZodObject>(
  service: Service,
  schema: Schema,
  otherSchemas: z.ZodObject[],
  { env, readFile = readTextFile }: Options,
): { settings: Read<z.output<Schema>>; review: Review } {
  const sources = readSources({ env, readFile, service, schema, otherSchemas });
  const review = createReview(sources);
  return { settings: readSettings(schema, sources.raw, review), review };
}

function commonConfig(settings: Read<CommonSettings>, review: Review): () => CommonConfig {
  const redis = redisConfig(settings.redis ?? {}, review);
  const payloadKeys = payloadKeysConfig(settings, review);
  return () => ({
    logLevel: present(settings.logLevel),
    shutdownTimeoutMs: present(settings.shutdownTimeout),
    admin: { host: present(settings.admin?.host), port: present(settings.admin?.port) },
    redis: present(redis),
    payloadKeys: present(payloadKeys),
    publicUrl: settings.publicUrl,
  });
}

function finish<Config extends object>(review: Review, build: () => Config): Config {
  if (review.problems.length > 0) throw new ConfigError(review.problems);
  return deepFreeze(build());
}

/** What is missing without a problem having been reported is a mistake in this package. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A required setting is missing, and no check has said so');
  return value;
}
