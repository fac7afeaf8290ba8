/** The checks of the doctor by the names that --only takes, in the order in which they are shown. */
export const DOCTOR_CHECKS = {
  configuration: 'ingress and worker can start with it',
  redis: 'it can be used, and keeps what DURABILITY promises',
  worker: 'one is connected to Redis',
  processes: 'they are ready, have the same version, and have loaded their configuration',
  traffic: 'codes are accepted, sent and delivered at the moment',
  secrets: 'length, placeholders, a rotation in progress',
  providers: 'they accept the credentials; sends nothing',
  clock: 'this machine against Redis, the gateway, the providers',
  'public-url': 'the gateway answers there and accepts the secrets',
  tls: 'certificate and protocol',
  segments: 'what the templates cost',
  callers: 'what they sent malformed in the last seven days',
  tenant: 'it sends its codes here',
} as const;
