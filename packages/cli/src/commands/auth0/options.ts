import { join } from 'node:path';
import { type FoundTenant, findTenant } from '../../tenant/credentials.ts';
import { type FoundTarget, findGatewayTarget } from '../../tenant/gateway-target.ts';
import { readDevState, stateFolder } from '../../dev-state.ts';
import type { CommandContext } from '../command.ts';

/** Options of every command that changes a tenant. */
export type TenantOptions = {
  domain?: string | undefined;
  clientId?: string | undefined;
  saveTo?: string | undefined;
  dryRun?: boolean | undefined;
  yes?: boolean | undefined;
};

/** Options of the commands that give a tenant the gateway's URL and secret. */
export type GatewayOptions = TenantOptions & {
  connection?: string | undefined;
  action?: boolean | undefined;
  gatewayConnection: string;
  gatewayUrl?: string | undefined;
  codeTtl?: string | undefined;
};

const MAX_CODE_TTL_SECONDS = 86_400;

/** What is wrong with `--code-ttl`. */
export function codeTtlProblem(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const isWhole = /^[1-9]\d{0,4}$/.test(given) && Number(given) <= MAX_CODE_TTL_SECONDS;
  return isWhole ? undefined : `--code-ttl must be a whole number of seconds, 1 to ${MAX_CODE_TTL_SECONDS}.`;
}

export function tenantOf(values: TenantOptions, { env, dialogue }: CommandContext): Promise<FoundTenant> {
  return findTenant({ env, domain: values.domain, clientId: values.clientId, dialogue });
}

/** `secret` replaces the configured ones, and works without any. @throws {ConfigError} */
export async function targetOf(
  values: GatewayOptions,
  { env }: CommandContext,
  secret?: string,
): Promise<FoundTarget> {
  const devState = await readDevState(stateFolder(env));
  const isByVariable = secret !== undefined && values.gatewayConnection === 'default';
  return findGatewayTarget({
    env: isByVariable ? { ...env, AUTH0_SECRET: secret, AUTH0_SECRET_FILE: '' } : env,
    devState,
    gatewayConnection: values.gatewayConnection,
    gatewayUrl: values.gatewayUrl,
    secret,
  });
}

export function snapshotFolder(saveTo: string | undefined, env: NodeJS.ProcessEnv): string {
  return saveTo ?? join(stateFolder(env), 'auth0');
}
