import { readFileSync } from 'node:fs';
import { loadCallerConfig } from '@sms-gateway/config';
import { asAuth0Takes } from './tenant/gateway-target.ts';
import type { DevState } from './dev-state.ts';
import type { GatewayAuthentication } from './play-auth0.ts';

/** Where the secret comes from. Only one that `npm start` made may be shown. */
export type SecretOrigin = 'dev_state' | 'environment' | 'configuration';

export type FoundAuthentication =
  | { kind: 'found'; authentication: GatewayAuthentication; secretOrigin: SecretOrigin }
  /** Neither the environment nor `npm start` has a secret and an audience. */
  | { kind: 'missing' }
  /** The file, or `npm start`, has other connections. */
  | { kind: 'no_such_connection'; names: string[] };

type Sources = {
  env: NodeJS.ProcessEnv;
  state: DevState | undefined;
  /** Name of the gateway's connection. */
  connection: string;
};

/**
 * Secret and claims to sign with: those of the connection in `GATEWAY_CONFIG`, or `AUTH0_*` of the environment, or those
 * of `npm start`. The first of several secrets. @throws {ConfigError} if the file cannot be used.
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

/** Reads the file as the ingress does, with the values of `npm start` for what file and environment leave out. */
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

/** @throws {Error} if `AUTH0_SECRET_FILE` names a file that cannot be read. */
function secretFromEnvironment(env: NodeJS.ProcessEnv): string | undefined {
  const file = env['AUTH0_SECRET_FILE'];
  const value = env['AUTH0_SECRET'] || (file ? readFileSync(file, 'utf8') : '');
  return value.split(',')[0]?.trim() || undefined;
}

function hasOwnSecret(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['AUTH0_SECRET'] || env['AUTH0_SECRET_FILE']);
}
