/** The checks of the doctor by the names they are asked for, in the order in which they are shown. */
export const DOCTOR_CHECKS = {
  configuration: 'ingress and worker could start with it',
  redis: 'it holds what DURABILITY promises',
  worker: 'one is there to send what Redis holds',
  processes: 'they are ready, of one version, and have loaded their configuration',
  traffic: 'codes come in, go out and arrive at this moment',
  secrets: 'length, placeholders, a rotation under way',
  providers: 'they know the credentials, asked without sending',
  clock: 'this machine against Redis, the gateway, the providers',
  'public-url': 'the gateway answers there and believes the secrets',
  tls: 'certificate and protocol',
  segments: 'what the templates cost',
  callers: 'what came malformed of late',
  tenant: 'it sends its codes here',
} as const;
