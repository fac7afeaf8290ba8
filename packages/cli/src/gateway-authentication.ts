import { readFileSync } from 'node:fs';
import { loadCallerConfig } from '@sms-gateway/config';
import { asAuth0Takes } from './tenant/gateway-target.ts';
import type { DevState } from './dev-state.ts';
import type { GatewayAuthentication } from './play-auth0.ts';

/** Where the secret is from: of what `npm start` made alone may it be shown. */
export type SecretOrigin = 'dev_state' | 'environment' | 'configuration';

export type FoundAuthentication =
  | { kind: 'found'; authentication: GatewayAuthentication; secretOrigin: SecretOrigin }
  /** Neither the environment nor `npm start` has a secret and an audience. */
  | { kind: 'missing' }
  /** The file, or `npm start` without one, has others. */
  | { kind: 'no_such_connection'; names: string[] };

type Sources = {
  env: NodeJS.ProcessEnv;
  state: DevState | undefined;
  /** Name of the gateway's own connection; those of a gateway elsewhere all have the environment's secret. */
  connection: string;
};

/**
 * With what to sign: what the file of `GATEWAY_CONFIG` has for the connection, else the environment's `AUTH0_*`, else
 * what `npm start` made; of several secrets the first. Throws `ConfigError` where the file cannot be used.
 */
export function findGatewayAuthentication(sources: Sources): FoundAuthentication {
  return sources.env['GATEWAY_CONFIG'] ? fromFile(sources) : fromEnvironment(sources);
}

function fromEnvironment({ env, state, connection }: Sources): FoundAuthentication {
  const ownSecret = secretFromEnvironment(env);
  const secret = ownSecret ?? state?.secret;
  const audience = env['AUTH0_AUDIENCE'] || state?.audience;
  if (secret === undefined || audience === undefined) return { kind: 'missing' };
  if (ownSecret === undefined && state !== undefined && connection !== state.connection) {
    return { kind: 'no_such_connection', names: [state.connection] };
  }
  return {
    kind: 'found',
    authentication: {
      secret,
      isSecretBase64Encoded: env['AUTH0_SECRET_BASE64'] === 'true',
      audience,
      subject: env['AUTH0_SUBJECT'] || undefined,
    },
    secretOrigin: ownSecret === undefined ? 'dev_state' : 'environment',
  };
}

/** Read as the ingress reads it, under `npm start` too, where what file and environment leave out is made up. */
function fromFile({ env, state, connection: name }: Sources): FoundAuthentication {
  const { connections } = loadCallerConfig({
    env: {
      ...env,
      ...(state !== undefined && {
        ...(!hasOwnSecret(env) && { AUTH0_SECRET: state.secret }),
        ...(!env['AUTH0_AUDIENCE'] && { AUTH0_AUDIENCE: state.audience }),
      }),
    },
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  const connection = connections.find((candidate) => candidate.name === name);
  const secret = connection?.secrets[0];
  if (connection === undefined || secret === undefined) {
    return { kind: 'no_such_connection', names: connections.map((candidate) => candidate.name) };
  }
  const authentication = {
    ...asAuth0Takes(secret),
    audience: connection.audience,
    subject: connection.subject,
  };
  return {
    kind: 'found',
    authentication,
    secretOrigin: authentication.secret === state?.secret ? 'dev_state' : 'configuration',
  };
}

/** Throws where `AUTH0_SECRET_FILE` names a file that cannot be read. */
function secretFromEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  const file = env['AUTH0_SECRET_FILE'];
  const value = env['AUTH0_SECRET'] || (file ? readFileSync(file, 'utf8') : '');
  return value.split(',')[0]?.trim() || undefined;
}

function hasOwnSecret(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['AUTH0_SECRET'] || env['AUTH0_SECRET_FILE']);
}
