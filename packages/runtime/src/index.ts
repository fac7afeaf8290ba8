export type {
  CommonConfig,
  ConnectionConfig,
  IngressConfig,
  DestinationsConfig,
  GuardConfig,
  LimitsConfig,
  PriceTable,
  SpendConfig,
  PayloadKeys,
  ProviderConfig,
  ProviderName,
  ReceiptsConfig,
  RedisConfig,
  RouteConfig,
  RouteMatch,
  RoutingConfig,
  SenderKind,
  TwilioConfig,
  WorkerConfig,
} from './config/schema.ts';
export { SENDER_KINDS } from './config/schema.ts';
export { ConfigError } from './config/config-error.ts';
export { createAdminServer } from './admin.ts';
export type { AdminServer, Readiness } from './admin.ts';
export { errorFields, scrub } from './error-fields.ts';
export { closeWithin, runMain, untilSignal } from './lifecycle.ts';
export type { StopSignal } from './lifecycle.ts';
export { listen, ListenError } from './listen.ts';
export { createLogger } from './logger.ts';
export type { Logger } from './logger.ts';
export { createRegistry } from './metrics.ts';
export { namesOfChanges, needingRestart } from './config/config-changes.ts';
export { createConfigSource } from './config/config-source.ts';
export type { ConfigSource } from './config/config-source.ts';
export { watchConfig } from './config/watch-config.ts';
export { parseCountry } from './config/country.ts';
export { parseDurationMs } from './config/duration.ts';
export { describeConfig } from './config/describe-config.ts';
export {
  loadCallerConfig,
  loadIngressConfig,
  loadRedisConfig,
  loadRoutingConfig,
  loadWorkerConfig,
} from './config/load-config.ts';
export { VARIABLES } from './config/variables.ts';
export type { Variable } from './config/variables.ts';
