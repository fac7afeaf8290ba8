import { loadIngressConfig } from '@sms-gateway/config';
import { parsePhoneNumber } from '@sms-gateway/contract';
import { createProducer } from '@sms-gateway/delivery';
import { createIdentity, createVault } from '@sms-gateway/privacy';
import { PROVIDERS } from '@sms-gateway/providers';
import type { RedisClient } from '@sms-gateway/redis';
import { screenMessage } from '@sms-gateway/screening';
import { auth0, payloadKey } from './bench-context.ts';

type Options = {
  screening: 'on' | 'off';
  yaml?: string;
  /** Seals the payloads; otherwise that of this process. */
  key?: Buffer;
  /** A simulated clock, for screening too; without it, the real clocks of this process and of Redis. */
  now?: () => number;
};

/** The settings of an ingress with one connection. */
export function ingressConfig({
  screening,
  yaml = '{}',
  key = payloadKey,
}: Pick<Options, 'screening' | 'yaml' | 'key'>) {
  const config = loadIngressConfig({
    providers: PROVIDERS,
    env: {
      AUTH0_SECRET: auth0.secret,
      AUTH0_AUDIENCE: auth0.audience,
      PAYLOAD_KEYS: key.toString('base64url'),
      SCREENING: screening,
      GATEWAY_CONFIG: 'in-process',
    },
    readFile: () => yaml,
  });
  const [connection] = config.connections;
  if (connection === undefined) throw new Error('the configuration has no connection');
  return { config, connection };
}

type Message = { recipient: string; ip: string | undefined; text: string };

/** The accepting half of a gateway without HTTP: real rules, the real producer and a real Redis. */
export function createGatewayInProcess(redis: RedisClient, { now, ...options }: Options) {
  const { config, connection } = ingressConfig(options);
  const identity = createIdentity(config.payloadKeys);
  const producer = createProducer({
    redis,
    check: { state: () => ({ ready: true, reasons: [] }), confirm: (write) => write() },
    vault: createVault(config.payloadKeys),
    identity,
    now: now ?? Date.now,
    ...(now !== undefined && { screeningClock: now }),
  });
  return {
    connection,
    /** Screens and stores a message as the ingress does. */
    accept: async (
      message: Message,
      { by = connection, ttlMs = 180_000 }: { by?: typeof connection; ttlMs?: number } = {},
    ) => {
      const { ip, text } = message;
      const recipient = parsePhoneNumber(message.recipient);
      if (recipient === undefined) throw new Error(`${message.recipient} is not a possible number`);
      const { destination, screening, recipientKey } = screenMessage(
        { recipient, ip, text, isCode: true },
        by,
        {
          mode: config.screening,
          blockedDestinations: config.blockedDestinations,
          limitKey: (scope, subject) => identity.limitKey(scope, subject),
        },
      );
      if (destination.length > 0) throw new Error(`the destination is refused: ${destination.join()}`);
      const answer = await producer.accept({
        connection: by.name,
        recipient,
        text,
        sender: 'Example',
        messageType: undefined,
        notice: undefined,
        idempotencyKey: undefined,
        repeatWindowMs: 10_000,
        ttlMs,
        requestedAt: undefined,
        screening,
        recordedDestination: [],
      });
      if (answer.kind === 'reused') throw new Error('nothing here sends an Idempotency-Key');
      return { answer, recipientKey, country: recipient.country };
    },
  };
}
