import type { NumberType } from '@sms-gateway/contract';
import type { ProviderConfig, ProviderName, ReceiptConfig } from './provider-declaration.ts';

export type RedisConfig =
  | { kind: 'standalone'; url: string }
  /** `url` supplies user, password, database and TLS for the data nodes; its host is not used. */
  | {
      kind: 'sentinel';
      name: string;
      nodes: { host: string; port: number }[];
      url: string;
      /** For the Sentinels themselves. */
      sentinelAuth: { username: string | undefined; password: string | undefined; tls: boolean };
    }
  /** `url` supplies user, password and TLS for every node; its host is not used. */
  | { kind: 'cluster'; nodes: { host: string; port: number }[]; url: string };

/** The first key encrypts, all decrypt; 32 bytes each. */
export type PayloadKeys = { kind: 'off' } | { kind: 'keys'; keys: Uint8Array[] };

/** Messages at most within any minute, hour and day; a missing window has no limit. */
export type Windows = Partial<Record<'minute' | 'tenMinutes' | 'hour' | 'day', number>>;

/** How many messages are accepted. Each limit counts over all processes and all connections. */
export type LimitsConfig = {
  /** For one number; `cooldownMs` is the least time between two. */
  recipient: Windows & { cooldownMs?: number };
  /** For one number, requested from one IP address. */
  recipientIp: Windows;
  /** For one IP address of a user (IPv6: one /64), from `req.ip`. */
  ip: Windows;
  /** For the ten thousand numbers that differ only in their last four digits. */
  prefix: Windows;
  /** For one country. */
  country: Windows;
  /** For one connection. */
  connection: Windows;
  /** For all. */
  overall: Windows;
};

/** Where codes may be sent. A denial takes precedence over every permission. */
export type DestinationsConfig = {
  /** ISO 3166-1 alpha-2. If this or `allowedPrefixes` is set, everything else is refused. */
  allowedCountries: string[] | undefined;
  /** Prefixes of E.164 numbers. */
  allowedPrefixes: string[] | undefined;
  deniedCountries: string[];
  deniedPrefixes: string[];
  deniedNumberTypes: NumberType[];
};

/** How many unused codes are always allowed; undefined switches a rule off. */
export type GuardConfig = {
  mode: 'enforce' | 'record' | 'off';
  country: { hour: number | undefined; day: number | undefined };
  ip: { hour: number | undefined; day: number | undefined; countries: number | undefined };
};

/** Caps for 24 hours; a missing one means no cap. `price` is in the currency of the price table. */
export type SpendConfig = { segments?: number; price?: number };

/** The price of one segment, by country or number prefix. The longest matching prefix counts. */
export type PriceTable = { byName: Record<string, number>; otherwise: number };

/** One Auth0 tenant, or one of its phone providers: its credentials, and what it may send. */
export type ConnectionConfig = {
  name: string;
  secrets: Uint8Array[];
  /** Whether the secrets are written as base64url of these bytes. */
  secretsBase64: boolean;
  audience: string;
  subject: string | undefined;
  issuer: string | undefined;
  /** Milliseconds: maximum age of a token by its `iat`; undefined for any age. */
  maxTokenAgeMs: number | undefined;
  /** Whether a token needs `iat` or `exp`. */
  requiresTokenTime: boolean;
  messageTtlMs: number;
  /** How long the same message without an Idempotency-Key counts as a repeat. */
  repeatWindowMs: number;
  destinations: DestinationsConfig;
  /** Country of recipients written without a leading +. */
  defaultCountry: string | undefined;
  limits: LimitsConfig;
  guard: GuardConfig;
  /** For this connection, and for all connections together. */
  spend: { connection: SpendConfig; overall: SpendConfig };
  prices: PriceTable | undefined;
};

/** What a 200 promises. With `replicated`, at least `replicas` replicas must have the message. */
export type DurabilityConfig = { mode: 'fsync' | 'replicated' | 'managed' | 'none'; replicas: number };

/** How operators sign in to the console. */
export type SignInConfig =
  /** On loopback only. */
  | { kind: 'none' }
  | { kind: 'password'; password: string }
  | {
      kind: 'oidc';
      issuer: string;
      clientId: string;
      clientSecret: string | undefined;
      /** Verified email addresses, `@domains`, subjects, or `*`. */
      operators: readonly string[];
      viewers: readonly string[];
    };

export type ConsoleConfig = {
  logLevel: string;
  shutdownTimeoutMs: number;
  host: string;
  port: number;
  redis: RedisConfig;
  payloadKeys: PayloadKeys;
  signIn: SignInConfig;
  /** The URL for browsers; undefined if it is the address that the console listens on. */
  publicUrl: string | undefined;
  /** Whether the development inbox is served. */
  hasInbox: boolean;
  warnings: string[];
};

export type CommonConfig = {
  logLevel: string;
  shutdownTimeoutMs: number;
  admin: { host: string; port: number };
  redis: RedisConfig;
  durability: DurabilityConfig;
  payloadKeys: PayloadKeys;
  /** The public URL of the ingress, without a trailing slash. */
  publicUrl: string | undefined;
  /** Names of blocks (`*`, a country, or a number prefix), in addition to those in Redis. */
  blockedDestinations: string[];
};

export type IngressConfig = CommonConfig & {
  shutdownDelayMs: number;
  redisDataLoss: 'stop' | 'continue';
  host: string;
  port: number;
  connections: ConnectionConfig[];
  screening: 'on' | 'record' | 'off';
  /** Settings for reading delivery receipts. Receipts of providers that are missing here are refused. */
  receipts: ReceiptConfig[];
  warnings: string[];
};

/** Which messages a rule matches: every given condition must match. */
export type RouteMatch = {
  /** ISO 3166-1 alpha-2, upper case. */
  countries: string[] | undefined;
  /** Prefixes of E.164 numbers, with the plus sign, such as +49 or +49151. */
  prefixes: string[] | undefined;
  connections: string[] | undefined;
  /** As the custom phone provider Action sends it in `message_type`. */
  messageTypes: string[] | undefined;
};

export type RouteConfig = {
  name: string;
  match: RouteMatch;
  /** In order of preference. With weights, each message draws its order; the weight is the chance of being first. */
  providers: { name: ProviderName; weight: number | undefined }[];
  /** Sender IDs in order of preference, by provider; without any, the provider's own configured one. */
  senders: Partial<Record<ProviderName, string[]>>;
};

export const SENDER_KINDS = ['long_code', 'short_code', 'alphanumeric', 'messaging_service'] as const;
export type SenderKind = (typeof SENDER_KINDS)[number];

/** The settings for choosing the providers and senders of a message. */
export type RoutingConfig = {
  /** The first rule that matches is used. */
  routes: RouteConfig[];
  /** The rule that a connection's messages try first, by the connection's name. */
  connectionRoutes: Record<string, string>;
  /** Failover order if no rule matches. */
  defaultProviders: ProviderName[];
  /** Kinds of sender that a country's carriers accept, by ISO code; replaces the entry in the gateway's own table. */
  senderRules: Record<string, SenderKind[]>;
  /** What is sent along with a message to a country, by ISO code. */
  registrations: Record<string, RegistrationConfig>;
};

/** What the operators of a country require with each message. */
export type RegistrationConfig = {
  /** The registered sender, for providers without a sender in the route. */
  header: string | undefined;
  /** India: the id of the principal entity. */
  entityId: string | undefined;
  /** The first template whose message types and text match is used. */
  templates: {
    id: string | undefined;
    messageTypes: string[] | undefined;
    /** As registered, with its variable parts such as `{#var#}` or `{#numeric#}`. */
    text: string | undefined;
    parameters: Record<ProviderName, Record<string, unknown>>;
  }[];
  /** Fields of a provider's own API, by the provider's name. */
  parameters: Record<ProviderName, Record<string, unknown>>;
};

export type WorkerConfig = CommonConfig & {
  concurrency: number;
  onUnknown: 'resend' | 'give_up';
  /** Every provider that a route or the default order names. */
  providers: ProviderConfig[];
  routing: RoutingConfig;
  /** Messages per second, for all workers together. */
  rateLimits: Partial<Record<ProviderName, number>>;
  /** Whether characters that need UCS-2 are replaced by similar ones in GSM-7 (curly quotes, NBSP). */
  replacesSmartCharacters: boolean;
  warnings: string[];
};
