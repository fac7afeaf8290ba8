import { readFileSync } from 'node:fs';
import { type ConnectionConfig, loadCallerConfig } from '@sms-gateway/config';
import type { DevState } from '../dev-state.ts';
import type { GatewayTarget } from './connection-options.ts';

export type TargetSources = {
  env: NodeJS.ProcessEnv;
  /** State of `npm start`, used if neither environment nor file has a secret. */
  devState: DevState | undefined;
  /** Name of the gateway's connection. */
  gatewayConnection: string;
  /** Overrides PUBLIC_URL and the connection's path. */
  gatewayUrl: string | undefined;
  /** Overrides the connection's secrets, in the same encoding. */
  secret?: string | undefined;
};

export type FoundTarget =
  | { kind: 'found'; target: GatewayTarget; secrets: Uint8Array[]; isDevSecret: boolean }
  | { kind: 'problem'; message: string };

/**
 * The gateway as its configuration describes it, read as the ingress reads it, so that Auth0 gets what the ingress
 * accepts. The first of several secrets is the one for Auth0. @throws {ConfigError}
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
        'The public URL of the gateway is not known: set PUBLIC_URL, or add --gateway-url https://…/v1/sms.',
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

/** A key as Auth0 stores it: as text if it is printable, otherwise as base64url, which Auth0 decodes. */
export function asAuth0Takes(key: Uint8Array): Pick<GatewayTarget, 'secret' | 'isSecretBase64Encoded'> {
  const text = Buffer.from(key).toString('latin1');
  return /^[\x21-\x7e]+$/.test(text)
    ? { secret: text, isSecretBase64Encoded: false }
    : { secret: Buffer.from(key).toString('base64url'), isSecretBase64Encoded: true };
}

/** Auth0 limits `gateway_url` to 255 characters. It allows http, which would expose codes on the network. */
function urlProblem(given: string): string | undefined {
  if (!URL.canParse(given)) return "The gateway's URL is not valid.";
  const url = new URL(given);
  if (url.username !== '' || url.password !== '')
    return "The gateway's URL must not contain a user or password.";
  if (given.length > 255) return "The gateway's URL is longer than the 255 characters that Auth0 allows.";
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)) return undefined;
  return "The gateway's URL must begin with https://, because it carries codes and tokens.";
}
