import type { IngressConfig, PayloadKeys, ProviderConfig, RedisConfig, WorkerConfig } from './schema.ts';

/**
 * The configuration in effect, safe to log at start: secrets as counts or `configured`, the URL of Redis
 * without user and password, those of providers as origins only, no sender number, no warnings.
 */
export function describeConfig(config: IngressConfig | WorkerConfig): Record<string, unknown> {
  const { redis, payloadKeys, warnings: _warnings, ...rest } = config;
  const described = { ...rest, redis: describeRedis(redis), payloadKeys: describeKeys(payloadKeys) };
  if ('connections' in described) {
    return {
      ...described,
      connections: described.connections.map(({ secrets, ...connection }) => ({
        ...connection,
        secretCount: secrets.length,
      })),
      receipts: Object.keys(described.receipts).filter((name) => isGiven(described.receipts, name)),
    };
  }
  const { routing, providers, ...others } = described;
  return {
    ...others,
    providers: providers.map(describeProvider),
    routing: {
      ...routing,
      routes: routing.routes.map(({ match, senders, ...route }) => ({
        ...route,
        match: { ...match, prefixes: match.prefixes?.map(describePrefix) },
        senders: Object.keys(senders),
      })),
    },
  };
}

/** A prefix may be as long as a number, and no log line holds a whole one. */
function describePrefix(prefix: string): string {
  return prefix.length <= 8 ? prefix : `${prefix.slice(0, 6)}…`;
}

function isGiven(receipts: IngressConfig['receipts'], name: string): boolean {
  return Object.entries(receipts).some(([provider, proof]) => provider === name && proof !== undefined);
}

function describeRedis(redis: RedisConfig): Record<string, unknown> {
  const url = new URL(redis.url);
  return {
    ...redis,
    url: `${url.protocol}//${url.host}${url.pathname}`,
    authentication: url.password === '' ? 'none' : 'configured',
  };
}

function describeKeys(keys: PayloadKeys): Record<string, unknown> {
  return keys.kind === 'off' ? keys : { kind: keys.kind, keyCount: keys.keys.length };
}

function describeProvider(provider: ProviderConfig): Record<string, unknown> {
  const { kind } = provider;
  switch (kind) {
    case 'console':
    case 'simulator':
      return { kind };
    case 'aws':
      return {
        kind,
        authentication: 'chain',
        sender: provider.originationIdentity === undefined ? 'default' : 'from',
        region: provider.region,
        origin: origin(provider.apiUrl),
      };
    case 'smpp':
      return {
        kind,
        authentication: 'configured',
        sender: 'from',
        host: provider.host,
        port: provider.port,
        tls: provider.tls,
        windowSize: provider.windowSize,
      };
    case 'http':
      return { kind, origin: origin(provider.url), authentication: 'configured' };
    case 'twilio':
      return {
        kind,
        authentication: provider.credentials.kind,
        sender: provider.sender.kind,
        origin: origin(provider.apiUrl),
      };
    case 'plivo':
    case 'telnyx':
      return {
        kind,
        authentication: 'configured',
        sender: provider.sender.kind,
        origin: origin(provider.apiUrl),
      };
    case 'infobip':
      return { kind, authentication: 'configured', sender: 'from', origin: origin(provider.baseUrl) };
    case 'sinch':
      return {
        kind,
        authentication: 'configured',
        sender: 'from',
        region: provider.region,
        origin: origin(provider.apiUrl),
      };
    case 'vonage':
      return { kind, authentication: 'configured', sender: 'from', origin: origin(provider.apiUrl) };
  }
}

function origin(url: string | undefined): string {
  return url === undefined ? 'default' : new URL(url).origin;
}
