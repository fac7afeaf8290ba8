import type { ParseArgsConfig } from 'node:util';
import { join } from 'node:path';
import { type FoundTenant, findTenant } from '../../tenant/credentials.ts';
import { type FoundTarget, findGatewayTarget } from '../../tenant/gateway-target.ts';
import { type DevState, readDevState } from '../../dev-state.ts';
import { repositoryRoot } from '@sms-gateway/dev-redis';
import type { CommandContext } from '../command.ts';

/** What every subcommand takes. */
export const SHARED_OPTIONS = {
  domain: { type: 'string' },
  'client-id': { type: 'string' },
  'gateway-connection': { type: 'string', default: 'default' },
  'gateway-url': { type: 'string' },
  'save-to': { type: 'string' },
  'skip-check': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', short: 'y', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

export const SHARED_USAGE = `  --domain HOST              the tenant, such as acme.eu.auth0.com (default: AUTH0_DOMAIN)
  --client-id ID             a machine-to-machine application's (default: AUTH0_CLIENT_ID)
  --gateway-connection NAME  the gateway's own connection (default: default)
  --gateway-url URL          the gateway's address (default: PUBLIC_URL and the connection's path)
  --save-to FOLDER           where what is there before goes (default: .gateway/auth0)
  --skip-check               go on though the gateway does not prove that it believes the secret
  --dry-run                  show the change and end
  --yes                      do not ask
  --json                     one JSON object instead of text; changes nothing without --yes

Secrets come from the environment (AUTH0_CLIENT_SECRET or AUTH0_API_TOKEN, also as NAME_FILE) or are asked for, never
from arguments, which stay in the history of a shell. The gateway's own secret, audience and address are read from where
the gateway reads them: AUTH0_SECRET, AUTH0_AUDIENCE, PUBLIC_URL, GATEWAY_CONFIG.
`;

export const CODE_TTL_OPTION = {
  'code-ttl': { type: 'string' },
} as const satisfies ParseArgsConfig['options'];
export const CODE_TTL_USAGE = `  --code-ttl SECONDS         how long a code lives at Auth0 (totp.time_step of the connection): CODE_TTL_SECONDS of the Action
`;
const MAX_CODE_TTL_SECONDS = 86_400;

/** What is wrong with `--code-ttl`. */
export function codeTtlProblem(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const isWhole = /^[1-9]\d{0,4}$/.test(given) && Number(given) <= MAX_CODE_TTL_SECONDS;
  return isWhole ? undefined : `--code-ttl is whole seconds, 1 to ${MAX_CODE_TTL_SECONDS}.`;
}

const SECRET_OPTIONS = /^--?(token|api-token|client-secret|secret|new-secret|password)(=|$)/;

/** The arguments, or what is wrong with them. `parse` throws as `parseArgs` does. */
export function readArguments<Parsed>(
  args: string[],
  parse: () => Parsed,
): { kind: 'wrong'; problem: string } | { kind: 'given'; parsed: Parsed } {
  const secret = args.map((arg) => SECRET_OPTIONS.exec(arg)?.[1]).find((name) => name !== undefined);
  if (secret !== undefined) {
    return {
      kind: 'wrong',
      problem: `There is no --${secret}: an argument stays in the history of the shell and in the list of processes. Change that secret if it is a real one; give it as AUTH0_CLIENT_SECRET, AUTH0_API_TOKEN or AUTH0_SECRET (or NAME_FILE), or wait to be asked.`,
    };
  }
  try {
    return { kind: 'given', parsed: parse() };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

type Shared = {
  domain?: string | undefined;
  'client-id'?: string | undefined;
  'gateway-connection': string;
  'gateway-url'?: string | undefined;
};

export function tenantOf(values: Shared, { env, dialogue }: CommandContext): Promise<FoundTenant> {
  return findTenant({ env, domain: values.domain, clientId: values['client-id'], dialogue });
}

/** Throws `ConfigError`. `secret` stands in for those that are configured, and need not be. */
export async function targetOf(
  values: Shared,
  { env }: CommandContext,
  secret?: string,
): Promise<FoundTarget> {
  const devState: DevState | undefined = await readDevState(stateFolder(env));
  const isByVariable = secret !== undefined && values['gateway-connection'] === 'default';
  return findGatewayTarget({
    env: isByVariable ? { ...env, AUTH0_SECRET: secret, AUTH0_SECRET_FILE: '' } : env,
    devState,
    gatewayConnection: values['gateway-connection'],
    gatewayUrl: values['gateway-url'],
    secret,
  });
}

export function stateFolder(env: NodeJS.ProcessEnv): string {
  return env['GATEWAY_STATE_DIR'] || join(repositoryRoot, '.gateway');
}

export function snapshotFolder(saveTo: string | undefined, env: NodeJS.ProcessEnv): string {
  return saveTo ?? join(stateFolder(env), 'auth0');
}
