import { PROVIDER_VARIABLES } from './provider-variables.ts';

export type Service = 'ingress' | 'worker';

export type Variable = {
  name: string;
  /** Where the value goes, as in the YAML form. None for the variable that names the YAML file. */
  path: readonly string[] | undefined;
  services: readonly Service[];
  /** Also read from the file that `NAME_FILE` names, and never shown. */
  secret?: true;
  /** Written as in the environment. */
  default?: string | Record<Service, string>;
  description: string;
};

const BOTH = ['ingress', 'worker'] as const;
const INGRESS = ['ingress'] as const;
const WORKER = ['worker'] as const;

/** Every variable the processes read, in the order of the documentation. */
export const VARIABLES: readonly Variable[] = [
  {
    name: 'GATEWAY_CONFIG',
    path: undefined,
    services: BOTH,
    description: 'A YAML file; what it leaves out is taken from the environment',
  },
  {
    name: 'LOG_LEVEL',
    path: ['logLevel'],
    services: BOTH,
    default: 'info',
    description: 'fatal, error, warn, info, debug, trace or silent',
  },
  {
    name: 'SHUTDOWN_TIMEOUT',
    path: ['shutdownTimeout'],
    services: BOTH,
    default: '25s',
    description: 'How long a stopping process may finish what is in hand, 1s to 10m',
  },
  {
    name: 'ADMIN_HOST',
    path: ['admin', 'host'],
    services: BOTH,
    default: '127.0.0.1',
    description: 'Address of the private listener (/metrics, /healthz, /readyz)',
  },
  {
    name: 'ADMIN_PORT',
    path: ['admin', 'port'],
    services: BOTH,
    default: { ingress: '9090', worker: '9091' },
    description: 'Port of the private listener',
  },
  {
    name: 'REDIS_URL',
    path: ['redis', 'url'],
    services: BOTH,
    secret: true,
    default: 'redis://127.0.0.1:6379',
    description:
      'redis:// or rediss://; with Sentinel or Cluster: user, password, database and TLS of the nodes',
  },
  {
    name: 'REDIS_SENTINELS',
    path: ['redis', 'sentinels'],
    services: BOTH,
    description: 'Sentinels as host:port, comma-separated',
  },
  {
    name: 'REDIS_SENTINEL_NAME',
    path: ['redis', 'sentinelName'],
    services: BOTH,
    description: 'Name of the primary that the Sentinels watch',
  },
  {
    name: 'REDIS_CLUSTER_NODES',
    path: ['redis', 'clusterNodes'],
    services: BOTH,
    description: 'Some nodes of a Redis Cluster as host:port, comma-separated',
  },
  {
    name: 'PAYLOAD_KEYS',
    path: ['payloadKeys'],
    services: BOTH,
    secret: true,
    description: '32-byte base64url keys, comma-separated; the first encrypts, all decrypt',
  },
  {
    name: 'PAYLOAD_ENCRYPTION',
    path: ['payloadEncryption'],
    services: BOTH,
    default: 'on',
    description: 'off keeps recipients and texts readable in Redis, for trying things out',
  },
  {
    name: 'HOST',
    path: ['host'],
    services: INGRESS,
    default: '0.0.0.0',
    description: 'Address of the public listener',
  },
  {
    name: 'PORT',
    path: ['port'],
    services: INGRESS,
    default: '8080',
    description: 'Port of the public listener',
  },
  {
    name: 'PUBLIC_URL',
    path: ['publicUrl'],
    services: BOTH,
    description:
      'The ingress as the outside reaches it; without it providers are asked for no delivery receipts',
  },
  {
    name: 'DURABILITY',
    path: ['durability'],
    services: INGRESS,
    default: 'fsync',
    description: 'What a 200 promises: fsync, replicated, managed or none',
  },
  {
    name: 'DURABILITY_REPLICAS',
    path: ['durabilityReplicas'],
    services: INGRESS,
    default: '1',
    description: 'Replicas that must have a message with DURABILITY=replicated',
  },
  {
    name: 'SCREENING',
    path: ['screening'],
    services: INGRESS,
    default: 'on',
    description: 'Limits and destination rules: on, record (count only) or off',
  },
  {
    name: 'AUTH0_SECRET',
    path: ['connections', 'default', 'secrets'],
    services: INGRESS,
    secret: true,
    description: 'Shared secret of gateway_authentication; several, comma-separated, for rotation',
  },
  {
    name: 'AUTH0_SECRET_BASE64',
    path: ['connections', 'default', 'secretsBase64'],
    services: INGRESS,
    description: 'true where secret_base64_encoded is true',
  },
  {
    name: 'AUTH0_AUDIENCE',
    path: ['connections', 'default', 'audience'],
    services: INGRESS,
    description: 'Audience the token must have',
  },
  {
    name: 'AUTH0_SUBJECT',
    path: ['connections', 'default', 'subject'],
    services: INGRESS,
    description: 'Subject the token must have; not checked if unset',
  },
  {
    name: 'AUTH0_ISSUER',
    path: ['connections', 'default', 'issuer'],
    services: INGRESS,
    description: 'Issuer the token must have; not checked if unset',
  },
  {
    name: 'MESSAGE_TEMPLATE',
    path: ['connections', 'default', 'template'],
    services: INGRESS,
    description:
      'The text as it stands in Auth0, only to be warned at start where it costs two SMS segments or more',
  },
  {
    name: 'MESSAGE_TTL',
    path: ['messageTtl'],
    services: INGRESS,
    default: '180s',
    description: 'How long a code is worth sending, from acceptance, 1s to 1h',
  },
  {
    name: 'ALLOWED_COUNTRIES',
    path: ['allowedCountries'],
    services: INGRESS,
    description:
      'ISO 3166 codes, comma-separated; unset means all, with a warning at start. Countries of one calling code are listed one by one: US,CA leaves out Puerto Rico (PR), Jamaica (JM) and the others of +1',
  },
  {
    name: 'DEFAULT_COUNTRY',
    path: ['defaultCountry'],
    services: INGRESS,
    description: 'ISO 3166 code for recipients written without +',
  },
  {
    name: 'CONCURRENCY',
    path: ['concurrency'],
    services: WORKER,
    default: '100',
    description: 'Messages in hand at once, 1 to 1000',
  },
  {
    name: 'ON_UNKNOWN',
    path: ['onUnknown'],
    services: WORKER,
    default: 'resend',
    description: 'An attempt whose outcome is unknown: resend or give_up',
  },
  {
    name: 'SMART_CHARACTERS',
    path: ['smartCharacters'],
    services: WORKER,
    default: 'keep',
    description:
      'Curly quotes, dashes and the like, which make a text cost more: keep, or replace by plain ones',
  },
  ...PROVIDER_VARIABLES,
];

/** The variable that fills `path`, if one does. */
export function variableAt(path: readonly PropertyKey[]): Variable | undefined {
  return VARIABLES.find((variable) => variable.path !== undefined && isSamePath(variable.path, path));
}

function isSamePath(one: readonly PropertyKey[], other: readonly PropertyKey[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index]);
}
