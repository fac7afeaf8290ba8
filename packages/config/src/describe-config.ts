import type { IngressConfig, PayloadKeys, RedisConfig, WorkerConfig } from './config.ts';
import type { ProviderConfig, ProviderDeclaration } from './provider-declaration.ts';

/**
 * The configuration in effect, safe to log at start: secrets as counts or `configured`, the URL of Redis
 * without user and password, those of providers as origins only, no sender number, no warnings.
 */
export function describeConfig(
  config: IngressConfig | WorkerConfig,
  kinds: readonly ProviderDeclaration[],
): Record<string, unknown> {
  const { redis, payloadKeys, warnings: _warnings, ...rest } = config;
  const described = { ...rest, redis: describeRedis(redis), payloadKeys: describeKeys(payloadKeys) };
  if ('connections' in described) {
    return {
      ...described,
      connections: described.connections.map(({ secrets, ...connection }) => ({
        ...connection,
        secretCount: secrets.length,
      })),
      receipts: Object.fromEntries(described.receipts.map(({ name, proof }) => [name, proof])),
    };
  }
  const { routing, providers, ...others } = described;
  return {
    ...others,
    providers: providers.map((provider) => describeProvider(provider, kinds)),
    routing: {
      ...routing,
      registrations: Object.keys(routing.registrations),
      routes: routing.routes.map(({ match, senders, ...route }) => ({
        ...route,
        match: { ...match, prefixes: match.prefixes?.map(describePrefix) },
        senders: Object.keys(senders),
      })),
    },
  };
}

/** A prefix may be as long as a number, and no log line may contain a whole number. */
function describePrefix(prefix: string): string {
  return prefix.length <= 8 ? prefix : `${prefix.slice(0, 6)}…`;
}

function describeProvider(
  { name, kind, options }: ProviderConfig,
  kinds: readonly ProviderDeclaration[],
): Record<string, unknown> {
  return { name, kind, ...kinds.find((one) => one.kind === kind)?.describe(options) };
}

function describeRedis(redis: RedisConfig): Record<string, unknown> {
  const url = new URL(redis.url);
  return {
    ...redis,
    ...(redis.kind === 'sentinel' && {
      sentinelAuth: {
        tls: redis.sentinelAuth.tls,
        authentication: redis.sentinelAuth.password === undefined ? 'none' : 'configured',
      },
    }),
    url: `${url.protocol}//${url.host}${url.pathname}`,
    authentication: url.password === '' ? 'none' : 'configured',
  };
}

function describeKeys(keys: PayloadKeys): Record<string, unknown> {
  return keys.kind === 'off' ? keys : { kind: keys.kind, keyCount: keys.keys.length };
}
