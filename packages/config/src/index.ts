export { namesOfChanges, needingRestart } from './config-changes.ts';
export { ConfigError } from './config-error.ts';
export { type ConfigSource, createConfigSource } from './config-source.ts';
export { parseCountry } from './country.ts';
export { describeConfig } from './describe-config.ts';
export { parseDurationMs } from './duration.ts';
export {
  loadCallerConfig,
  loadIngressConfig,
  loadRedisConfig,
  loadRoutingConfig,
  loadWorkerConfig,
} from './load-config.ts';
export {
  type CommonConfig,
  type ConnectionConfig,
  type DestinationsConfig,
  type GuardConfig,
  type IngressConfig,
  type LimitsConfig,
  type PayloadKeys,
  type PriceTable,
  type ProviderConfig,
  type ProviderName,
  type ReceiptsConfig,
  type RedisConfig,
  type RouteConfig,
  type RouteMatch,
  type RoutingConfig,
  SENDER_KINDS,
  type SenderKind,
  type SpendConfig,
  type TwilioConfig,
  type WorkerConfig,
} from './schema.ts';
export { VARIABLES, type Variable } from './variables.ts';
