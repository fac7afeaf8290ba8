import { readFileSync } from 'node:fs';
import { type ConnectionConfig, loadCallerConfig } from '@sms-gateway/config';
import type { DevState } from '../dev-state.ts';
import type { GatewayTarget } from './connection-options.ts';

export type TargetSources = {
  env: NodeJS.ProcessEnv;
  /** What `npm start` made, used where neither environment nor file tells a secret. */
  devState: DevState | undefined;
  /** Name of the gateway's own connection. */
  gatewayConnection: string;
  /** In place of PUBLIC_URL and the connection's path. */
  gatewayUrl: string | undefined;
  /** In place of the connection's secrets, written as they are. */
  secret?: string | undefined;
};

export type FoundTarget =
  | { kind: 'found'; target: GatewayTarget; secrets: Uint8Array[]; isDevSecret: boolean }
  | { kind: 'problem'; message: string };

/**
 * The gateway as its own configuration describes it: read as the ingress reads it, so that Auth0 is told what the
 * ingress believes. The first of several secrets is the one for Auth0. Throws `ConfigError`.
 */
export function findGatewayTarget({
  env,
  devState,
  gatewayConnection,
  gatewayUrl,
  secret,
}: TargetSources): FoundTarget {
  const hasOwn = Boolean(env['GATEWAY_CONFIG'] || env['AUTH0_SECRET'] || env['AUTH0_SECRET_FILE']);
  const isDevSecret = !hasOwn && devState !== undefined;
  const config = loadCallerConfig({
    env: isDevSecret
      ? { ...env, AUTH0_SECRET: devState.secret, AUTH0_AUDIENCE: env['AUTH0_AUDIENCE'] || devState.audience }
      : env,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  const connection = config.connections.find(({ name }) => name === gatewayConnection);
  if (connection === undefined) {
    const names = config.connections.map(({ name }) => name).join(', ');
    return {
      kind: 'problem',
      message: `The gateway has no connection ${gatewayConnection}. It has ${names}: name one with --gateway-connection.`,
    };
  }
  const url = gatewayUrl ?? (config.publicUrl && config.publicUrl + pathOf(gatewayConnection));
  if (url === undefined) {
    return {
      kind: 'problem',
      message:
        'Where the gateway is reached from outside is not known: set PUBLIC_URL, or give --gateway-url https://…/v1/sms.',
    };
  }
  const problem = urlProblem(url);
  if (problem !== undefined) return { kind: 'problem', message: problem };
  const secrets =
    secret === undefined
      ? connection.secrets
      : [Buffer.from(secret, connection.secretsBase64 ? 'base64url' : 'utf8')];
  return { kind: 'found', target: targetOf({ ...connection, secrets }, url), secrets, isDevSecret };
}

export function pathOf(gatewayConnection: string): string {
  return gatewayConnection === 'default' ? '/v1/sms' : `/v1/connections/${gatewayConnection}/sms`;
}

function targetOf({ secrets, audience, subject }: ConnectionConfig, url: string): GatewayTarget {
  const [secret = new Uint8Array()] = secrets;
  return { url, audience, subject, ...asAuth0Takes(secret) };
}

/** A key as Auth0 stores it: as text where it is plain text, else as base64url, which it decodes again. */
export function asAuth0Takes(key: Uint8Array): Pick<GatewayTarget, 'secret' | 'isSecretBase64Encoded'> {
  const text = Buffer.from(key).toString('latin1');
  return /^[\x21-\x7e]+$/.test(text)
    ? { secret: text, isSecretBase64Encoded: false }
    : { secret: Buffer.from(key).toString('base64url'), isSecretBase64Encoded: true };
}

/** Auth0's own limit for `gateway_url` is 255 characters; it allows http, which would show codes to everybody. */
function urlProblem(given: string): string | undefined {
  if (!URL.canParse(given)) return 'The address of the gateway is not a URL.';
  const url = new URL(given);
  if (url.username !== '' || url.password !== '')
    return 'The address of the gateway must hold no user or password.';
  if (given.length > 255)
    return 'The address of the gateway is longer than the 255 characters that Auth0 takes.';
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)) return undefined;
  return 'The address of the gateway must begin with https://: codes and tokens travel over it.';
}
