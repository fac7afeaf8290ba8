import { readFileSync } from 'node:fs';
import type { DevState } from './dev-state.ts';
import type { GatewayAuthentication } from './play-auth0.ts';

/**
 * With what to sign: the environment's `AUTH0_*` (the first of several secrets), else what `npm start` made.
 * Undefined where neither has a secret and an audience.
 */
export function gatewayAuthentication(
  env: NodeJS.ProcessEnv,
  state: DevState | undefined,
): GatewayAuthentication | undefined {
  const ownSecret = secretFromEnvironment(env);
  const secret = ownSecret ?? state?.secret;
  const audience = env['AUTH0_AUDIENCE'] || state?.audience;
  if (secret === undefined || audience === undefined) return undefined;
  return {
    secret,
    isSecretBase64Encoded: env['AUTH0_SECRET_BASE64'] === 'true',
    audience,
    subject: env['AUTH0_SUBJECT'] || undefined,
  };
}

/** Throws where `AUTH0_SECRET_FILE` names a file that cannot be read. */
function secretFromEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  const file = env['AUTH0_SECRET_FILE'];
  const value = env['AUTH0_SECRET'] || (file ? readFileSync(file, 'utf8') : '');
  return value.split(',')[0]?.trim() || undefined;
}

export function hasOwnSecret(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['AUTH0_SECRET'] || env['AUTH0_SECRET_FILE']);
}
