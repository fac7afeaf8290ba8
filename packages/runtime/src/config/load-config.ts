import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { connectionConfigs } from './connections.ts';
import { deepFreeze } from './deep-freeze.ts';
import { payloadKeysConfig } from './payload-keys.ts';
import { providerConfigs } from './providers.ts';
import { readSettings } from './read-settings.ts';
import type { Read } from './read-settings.ts';
import { readTextFile } from './read-variable.ts';
import type { Environment, ReadFile } from './read-variable.ts';
import { redisConfig } from './redis.ts';
import { createReview } from './review.ts';
import type { Review } from './review.ts';
import type { CommonConfig, IngressConfig, WorkerConfig } from './schema.ts';
import { ingressSettings, workerSettings } from './settings.ts';
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
  const { settings, review } = readAll('ingress', ingressSettings, workerSettings, options);
  const common = commonConfig(settings, review);
  const connections = connectionConfigs(settings, review);
  if (settings.durability === 'none') {
    review.warning(['durability'], 'none: a 200 promises nothing, a restart of Redis loses accepted codes');
  }
  return finish(review, () => ({
    ...common(),
    host: present(settings.host),
    port: present(settings.port),
    publicUrl: settings.publicUrl,
    durability: { mode: present(settings.durability), replicas: present(settings.durabilityReplicas) },
    screening: present(settings.screening),
    connections,
    warnings: [...review.warnings],
  }));
}

/** The worker's settings, frozen. Throws `ConfigError` with every problem. */
export function loadWorkerConfig(options: Options): WorkerConfig {
  const { settings, review } = readAll('worker', workerSettings, ingressSettings, options);
  const common = commonConfig(settings, review);
  const providers = providerConfigs(settings.providers ?? {}, review);
  return finish(review, () => ({
    ...common(),
    concurrency: present(settings.concurrency),
    onUnknown: present(settings.onUnknown),
    providers,
    warnings: [...review.warnings],
  }));
}

function readAll<Schema extends z.ZodObject>(
  service: Service,
  schema: Schema,
  otherSchema: z.ZodObject,
  { env, readFile = readTextFile }: Options,
): { settings: Read<z.output<Schema>>; review: Review } {
  const ignored = Object.keys(otherSchema.shape).filter((key) => !Object.hasOwn(schema.shape, key));
  const sources = readSources({ env, readFile, service, ignored });
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
