export { MAX_BLOCKED_DIGITS, parseBlockedDestination } from './blocked-destination.ts';
export { namesOfChanges, needingRestart } from './config-changes.ts';
export { ConfigError } from './config-error.ts';
export { type ConfigSource, createConfigSource } from './config-source.ts';
export {
  type CommonConfig,
  type ConnectionConfig,
  type ConsoleConfig,
  type DestinationsConfig,
  type GuardConfig,
  type IngressConfig,
  type LimitsConfig,
  type PayloadKeys,
  type PriceTable,
  type RedisConfig,
  type RegistrationConfig,
  type RouteConfig,
  type RouteMatch,
  type RoutingConfig,
  SENDER_KINDS,
  type SignInConfig,
  type SenderKind,
  type SpendConfig,
  type WorkerConfig,
} from './config.ts';
export { describeConfig } from './describe-config.ts';
export { envExample, settingTables } from './documentation.ts';
export { parseDurationMs } from './duration.ts';
export {
  loadBlockedDestinations,
  loadCallerConfig,
  loadConsoleConfig,
  loadIngressConfig,
  loadProviderConfig,
  loadRedisConfig,
  loadStoreConfig,
  loadRoutingConfig,
  loadWorkerConfig,
} from './load-config.ts';
export type {
  ProviderConfig,
  ProviderDeclaration,
  ProviderName,
  ProviderReview,
  ReceiptConfig,
  SenderPool,
} from './provider-declaration.ts';
export {
  type Read,
  type Service,
  type Setting,
  type SettingDeclaration,
  settingsIn,
  type Variable,
} from './setting.ts';
export { allSettings, allVariables, providerVariable } from './settings.ts';
export { codePoints, describeTemplate } from './template.ts';
