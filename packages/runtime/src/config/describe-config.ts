import type { IngressConfig, PayloadKeys, ProviderConfig, RedisConfig, WorkerConfig } from './schema.ts';

/**
 * The configuration in effect, safe to log at start: secrets as counts or `configured`, the URL of Redis
 * without user and password, those of providers as origins only, no sender number, no warnings.
 */
export function describeConfig(config: IngressConfig | WorkerConfig): Record<string, unknown> {
  const { redis, payloadKeys, warnings: _warnings, ...rest } = config;
  const described = { ...rest, redis: describeRedis(redis), payloadKeys: describeKeys(payloadKeys) };
  return 'connections' in described
    ? {
        ...described,
        connections: described.connections.map(({ secrets, ...connection }) => ({
          ...connection,
          secretCount: secrets.length,
        })),
      }
    : { ...described, providers: described.providers.map(describeProvider) };
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
      return { kind };
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
