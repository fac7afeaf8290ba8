import { ConfigError } from './config-error.ts';
import type {
  CommonConfig,
  ConnectionConfig,
  ConsoleConfig,
  IngressConfig,
  RedisConfig,
  RoutingConfig,
  WorkerConfig,
} from './config.ts';
import { connectionConfigs } from './connections.ts';
import { deepFreeze } from './deep-freeze.ts';
import { payloadKeysConfig } from './payload-keys.ts';
import { parseProviderName } from './provider-declaration.ts';
import type { ProviderConfig, ProviderDeclaration, ProviderName } from './provider-declaration.ts';
import {
  choiceOfProviders,
  defaultSenders,
  providerConfigs,
  providerOrder,
  rateLimits,
} from './providers.ts';
import { readSettings } from './read-settings.ts';
import type { ProviderParts } from './read-settings.ts';
import { readTextFile } from './read-variable.ts';
import type { Environment, ReadFile } from './read-variable.ts';
import { receiptConfigs, reviewReceipts } from './receipts.ts';
import { redisConfig, reviewDurability } from './redis.ts';
import { createReview } from './review.ts';
import type { Review } from './review.ts';
import { routingConfig } from './routes.ts';
import type { Read, Service, Setting } from './setting.ts';
import type { Settings } from './settings.ts';
import { isLoopback, signInConfig } from './sign-in.ts';
import { readSources } from './sources.ts';

type Options = {
  env: Environment;
  /** Reads a text file or throws, as `readFileSync` does. */
  readFile?: ReadFile;
};

type WithProviders = Options & {
  /** All kinds of provider. */
  providers: readonly ProviderDeclaration[];
};

/** The ingress's settings, frozen. @throws {ConfigError} with every problem. */
export function loadIngressConfig({ providers: kinds, ...options }: WithProviders): IngressConfig {
  const { settings, review } = readAll('ingress', () => true, kinds, options);
  const common = commonConfig(settings, review);
  const connections = connectionConfigs(settings, review, {
    isProduction: options.env['NODE_ENV'] === 'production',
  });
  const receipts = receiptConfigs(settings, kinds, review);
  if (settings.publicUrl === undefined && connections.some(({ guard }) => guard.mode === 'enforce')) {
    review.note(
      'guard.mode: enforce, but without PUBLIC_URL no receipts report which codes arrived; let the application report used codes, or every code counts as unused',
    );
  }
  return finish(review, () => ({
    ...common(),
    host: present(settings.host),
    port: present(settings.port),
    shutdownDelayMs: present(settings.shutdownDelay),
    redisDataLoss: present(settings.redisDataLoss),
    screening: present(settings.screening),
    connections,
    receipts,
    warnings: [...review.warnings],
  }));
}

/** The worker's settings, frozen. @throws {ConfigError} with every problem. */
export function loadWorkerConfig({ providers: kinds, ...options }: WithProviders): WorkerConfig {
  const { settings, review } = readAll('worker', () => true, kinds, options);
  const common = commonConfig(settings, review);
  const order = providerOrder(settings, kinds, review);
  const routing = routingConfig(settings, order, kinds, review);
  const providers = providerConfigs(routing, settings, {
    kinds,
    review,
    isProduction: options.env['NODE_ENV'] === 'production',
  });
  reviewReceipts(providers, settings.publicUrl, kinds, review);
  return finish(review, () => ({
    ...common(),
    concurrency: present(settings.concurrency),
    onUnknown: present(settings.onUnknown),
    providers,
    routing,
    rateLimits: rateLimits(settings),
    replacesSmartCharacters: settings.smartCharacters === 'replace',
    warnings: [...review.warnings],
  }));
}

/** The console's settings, frozen. @throws {ConfigError} with every problem. */
export function loadConsoleConfig(options: Options): ConsoleConfig {
  const { settings, review } = readAll('console', () => true, 'any', options);
  const { console: own = {} } = settings;
  const redis = redisConfig(settings.redis ?? {}, review);
  const payloadKeys = payloadKeysConfig(settings, review);
  const signIn = signInConfig(own, review);
  if (own.url?.startsWith('http:') && !isLoopback(new URL(own.url).hostname)) {
    review.warning(['console', 'url'], 'without TLS the session can be read on the network');
  }
  return finish(review, () => ({
    logLevel: present(settings.logLevel),
    shutdownTimeoutMs: present(settings.shutdownTimeout),
    host: present(own.host),
    port: present(own.port),
    redis: present(redis),
    payloadKeys: present(payloadKeys),
    signIn: present(signIn),
    publicUrl: own.url?.replace(/\/+$/, ''),
    hasInbox: isLoopback(present(own.host)) && options.env['NODE_ENV'] !== 'production',
    warnings: [...review.warnings],
  }));
}

/**
 * Only the routing rules and each provider's own sender: enough to explain a route, without secrets, Redis or keys.
 * `PROVIDERS` defaults to console.
 * @throws {ConfigError} with every problem of routes, order and senders.
 */
export function loadRoutingConfig({ env, providers: kinds, ...options }: WithProviders): {
  routing: RoutingConfig;
  defaultSenders: Record<ProviderName, string>;
} {
  const withOrder = { PROVIDERS: 'console', ...dropEmpty(env) };
  const routingKeys = ['routes', 'senderRules', 'registrations'];
  const senderKeys = new Set(kinds.flatMap(({ senderSettings = [] }) => senderSettings));
  const isOfRouting = ({ path: [top = '', name, key = ''] }: Setting) =>
    routingKeys.includes(top) ||
    (top === 'connections' && key === 'route') ||
    (top === 'providers' && (name === 'order' || senderKeys.has(key)));
  const { settings, review } = readAll('worker', isOfRouting, kinds, { env: withOrder, ...options });
  const routing = routingConfig(settings, providerOrder(settings, kinds, review), kinds, review);
  return finish(review, () => ({ routing, defaultSenders: defaultSenders(settings, kinds) }));
}

/**
 * Only one provider, in use or not: enough to try it out.
 * @throws {ConfigError} with every problem of its settings, and if there is no provider of this name.
 */
export function loadProviderConfig(
  name: ProviderName,
  { env, providers: kinds, ...options }: WithProviders,
): ProviderConfig {
  if (parseProviderName(name, kinds) === undefined) {
    throw new ConfigError([
      `there is no provider ${JSON.stringify(name)}; there are ${choiceOfProviders(name, kinds)}`,
    ]);
  }
  const isOfProvider = ({ path: [top, section] }: Setting) => top === 'providers' && section === name;
  // An instance exists if the file or PROVIDERS names it.
  const withName = { ...env, PROVIDERS: [env['PROVIDERS'] ?? '', name].join(',') };
  const { settings, review } = readAll('worker', isOfProvider, kinds, { env: withName, ...options });
  const alone = { defaultProviders: [name], routes: [] };
  const [config] = providerConfigs(alone, settings, { kinds, review, isProduction: false });
  return finish(review, () => present(config));
}

/**
 * Only the connections and the gateway's URL: enough to call it as Auth0 does, without Redis, keys and providers.
 * @throws {ConfigError} with every problem of these.
 */
export function loadCallerConfig(options: Options): {
  connections: ConnectionConfig[];
  screening: IngressConfig['screening'];
  publicUrl: string | undefined;
  warnings: string[];
} {
  const isOfCaller = ({ section, path: [top] }: Setting) =>
    section === 'Auth0' || section === 'Messages' || top === 'publicUrl';
  const { settings, review } = readAll('ingress', isOfCaller, 'any', options);
  const connections = connectionConfigs(settings, review, { isProduction: false });
  return finish(review, () => ({
    connections,
    screening: present(settings.screening),
    publicUrl: settings.publicUrl,
    warnings: [...review.warnings],
  }));
}

/** Only the address of Redis: enough to inspect it. @throws {ConfigError} */
export function loadRedisConfig(options: Options): RedisConfig {
  const { settings, review } = readAll('ingress', ({ path: [top] }) => top === 'redis', 'any', options);
  const redis = redisConfig(settings.redis ?? {}, review);
  return finish(review, () => present(redis));
}

/** Only the blocks of the configuration, by their names. @throws {ConfigError} */
export function loadBlockedDestinations(options: Options): string[] {
  const { settings, review } = readAll(
    'ingress',
    ({ path: [top] }) => top === 'blockedDestinations',
    'any',
    options,
  );
  return finish(review, () => settings.blockedDestinations ?? []);
}

/** Only the address of Redis and the payload keys: enough to look up a number. @throws {ConfigError} */
export function loadStoreConfig(options: Options): Pick<CommonConfig, 'redis' | 'payloadKeys'> {
  const wanted = ['redis', 'payloadKeys', 'payloadEncryption'];
  const { settings, review } = readAll(
    'ingress',
    ({ path: [top] }) => wanted.includes(top ?? ''),
    'any',
    options,
  );
  const redis = redisConfig(settings.redis ?? {}, review);
  const payloadKeys = payloadKeysConfig(settings, review);
  return finish(review, () => ({ redis: present(redis), payloadKeys: present(payloadKeys) }));
}

function dropEmpty(env: Environment): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}

/** `any` for readers that ignore providers and need not know the kinds. */
function readAll(
  service: Service,
  reads: (setting: Setting) => boolean,
  kinds: readonly ProviderDeclaration[] | 'any',
  { env, readFile = readTextFile }: Options,
): { settings: Read<Settings> & ProviderParts; review: Review } {
  const sources = readSources({ env, readFile, service, kinds: kinds === 'any' ? [] : kinds, reads });
  const review = createReview(sources);
  return { settings: readSettings(sources.schema, sources.raw, review), review };
}

function commonConfig(settings: Read<Settings>, review: Review): () => CommonConfig {
  const redis = redisConfig(settings.redis ?? {}, review);
  const payloadKeys = payloadKeysConfig(settings, review);
  reviewDurability(settings.durability, redis, review);
  return () => ({
    logLevel: present(settings.logLevel),
    shutdownTimeoutMs: present(settings.shutdownTimeout),
    admin: { host: present(settings.admin?.host), port: present(settings.admin?.port) },
    redis: present(redis),
    durability: {
      mode: settings.durability ?? (redis?.kind === 'standalone' ? 'fsync' : 'replicated'),
      replicas: present(settings.durabilityReplicas),
    },
    payloadKeys: present(payloadKeys),
    publicUrl: settings.publicUrl,
    blockedDestinations: settings.blockedDestinations ?? [],
  });
}

function finish<Config extends object>(review: Review, build: () => Config): Config {
  if (review.problems.length > 0) throw new ConfigError(review.problems);
  return deepFreeze(build());
}

/** A setting that is missing without a reported problem is a bug in this package. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A required setting is missing, but no check has reported it');
  return value;
}
