import { ConfigError, loadIngressConfig, loadWorkerConfig } from '@sms-gateway/config';
import { PROVIDERS } from '../../packages/providers/src/registry.ts';

export const KEY = Buffer.alloc(32, 7).toString('base64url');
export const CANARY_SECRET = 'canary-secret-of-more-than-32-bytes-length';

/** The least that an ingress needs, and starts with without a warning. */
export const INGRESS = {
  AUTH0_SECRET: CANARY_SECRET,
  AUTH0_AUDIENCE: 'https://sms.example.com',
  PAYLOAD_KEYS: KEY,
  ALLOWED_COUNTRIES: 'US',
};
export const WORKER = { PAYLOAD_KEYS: KEY, PROVIDERS: 'console' };

export const TWILIO = {
  ...WORKER,
  PROVIDERS: 'twilio',
  TWILIO_ACCOUNT_SID: `AC${'0123456789abcdef'.repeat(2)}`,
  TWILIO_AUTH_TOKEN: 'canary-auth-token',
  TWILIO_FROM: '+14155550100',
};

export type Env = Record<string, string>;
/** Contents by path. */
export type Files = Record<string, string>;

/** Loads the settings of an ingress from an environment and files. */
export function ingress(env: Env, files: Files = {}) {
  return loadIngressConfig({ env, readFile: readFrom(files), providers: PROVIDERS });
}

/** Loads the settings of a worker from an environment and files. */
export function worker(env: Env, files: Files = {}) {
  return loadWorkerConfig({ env, readFile: readFrom(files), providers: PROVIDERS });
}

/** Loads the settings of an ingress from a YAML file. */
export function ingressFromYaml(yaml: string, env: Env = {}) {
  return ingress({ PAYLOAD_KEYS: KEY, GATEWAY_CONFIG: '/gateway.yaml', ...env }, { '/gateway.yaml': yaml });
}

/** The problems that a load reports; none if it succeeds. */
export function problemsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function readFrom(files: Files) {
  return (path: string) => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return content;
  };
}
