export type RedisConfig =
  | { kind: 'standalone'; url: string }
  /** `url` supplies user, password, database and TLS for the data nodes; its host is not used. */
  | { kind: 'sentinel'; name: string; nodes: { host: string; port: number }[]; url: string }
  /** `url` supplies user, password and TLS for every node; its host is not used. */
  | { kind: 'cluster'; nodes: { host: string; port: number }[]; url: string };

/** The first key encrypts, all decrypt; 32 bytes each. */
export type PayloadKeys = { kind: 'off' } | { kind: 'keys'; keys: Uint8Array[] };

/** What one Auth0 tenant (or one of its phone providers) is known by, and what it may ask for. */
export type ConnectionConfig = {
  name: string;
  secrets: Uint8Array[];
  audience: string;
  subject: string | undefined;
  issuer: string | undefined;
  messageTtlMs: number;
  /** ISO 3166-1 alpha-2, upper case; undefined allows every country. */
  allowedCountries: string[] | undefined;
  /** Country of recipients written without a leading +. */
  defaultCountry: string | undefined;
};

export type CommonConfig = {
  logLevel: string;
  shutdownTimeoutMs: number;
  admin: { host: string; port: number };
  redis: RedisConfig;
  payloadKeys: PayloadKeys;
};

export type IngressConfig = CommonConfig & {
  host: string;
  port: number;
  /** Without a trailing slash. */
  publicUrl: string | undefined;
  durability: { mode: 'fsync' | 'replicated' | 'managed' | 'none'; replicas: number };
  connections: ConnectionConfig[];
  screening: 'on' | 'record' | 'off';
  warnings: string[];
};

export type TwilioConfig = {
  accountSid: string;
  credentials:
    | { kind: 'auth_token'; authToken: string }
    | { kind: 'api_key'; apiKey: string; apiSecret: string; authToken: string | undefined };
  sender: { kind: 'from'; from: string } | { kind: 'messaging_service'; messagingServiceSid: string };
  apiUrl: string | undefined;
};

export type VonageConfig = {
  apiKey: string;
  apiSecret: string;
  from: string;
  apiUrl: string | undefined;
};

export type TelnyxConfig = {
  apiKey: string;
  sender:
    | { kind: 'from'; from: string; messagingProfileId: string | undefined }
    /** The messaging profile picks a number of its own. */
    | { kind: 'number_pool'; messagingProfileId: string };
  apiUrl: string | undefined;
};

export type PlivoConfig = {
  authId: string;
  authToken: string;
  sender: { kind: 'from'; from: string } | { kind: 'powerpack'; powerpackUuid: string };
  apiUrl: string | undefined;
};

export type InfobipConfig = { baseUrl: string; apiKey: string; from: string };

export type SinchConfig = {
  servicePlanId: string;
  apiToken: string;
  region: 'us' | 'eu' | 'au' | 'br' | 'ca';
  from: string;
  /** In place of the region's. */
  apiUrl: string | undefined;
};

export type ProviderConfig =
  | { kind: 'console' }
  | { kind: 'http'; url: string; token: string }
  | ({ kind: 'infobip' } & InfobipConfig)
  | ({ kind: 'plivo' } & PlivoConfig)
  | ({ kind: 'sinch' } & SinchConfig)
  | ({ kind: 'telnyx' } & TelnyxConfig)
  | ({ kind: 'twilio' } & TwilioConfig)
  | ({ kind: 'vonage' } & VonageConfig);

export type WorkerConfig = CommonConfig & {
  concurrency: number;
  onUnknown: 'resend' | 'give_up';
  /** In failover order. */
  providers: ProviderConfig[];
  warnings: string[];
};
