import { loadIngressConfig } from '@sms-gateway/config';
import { createProducer } from '@sms-gateway/delivery';
import { createIdentity, createVault } from '@sms-gateway/privacy';
import { PROVIDERS } from '@sms-gateway/providers';
import type { RedisClient } from '@sms-gateway/redis';
import { auth0, payloadKey } from './bench-context.ts';

/** The accepting half of a gateway with a clock of its own: real rules, the real producer and a real Redis. */
export function createSimulatedGateway(
  redis: RedisClient,
  {
    screening,
    yaml = 'logLevel: silent',
    now,
  }: { screening: 'on' | 'off'; yaml?: string; now: () => number },
) {
  const config = loadIngressConfig({
    providers: PROVIDERS,
    env: {
      AUTH0_SECRET: auth0.secret,
      AUTH0_AUDIENCE: auth0.audience,
      PAYLOAD_KEYS: payloadKey.toString('base64url'),
      SCREENING: screening,
      GATEWAY_CONFIG: 'simulated',
    },
    readFile: () => yaml,
  });
  const [connection] = config.connections;
  if (connection === undefined) throw new Error('the simulation has no connection');
  const identity = createIdentity(config.payloadKeys);
  const producer = createProducer({
    redis,
    check: { state: () => ({ ready: true, reasons: [] }), confirm: (write) => write() },
    vault: createVault(config.payloadKeys),
    identity,
    now,
    screeningClock: now,
  });
  return { config, connection, identity, producer };
}
