import { readFile } from 'node:fs/promises';
import { actionFile } from '../../tenant/action-content.ts';
import { type FoundState, readActionState } from '../../tenant/action-state.ts';
import { createActionsApi } from '../../tenant/actions-api.ts';
import { findTenant } from '../../tenant/credentials.ts';
import { createConnectionsApi, createManagementClient, type SmsConnection } from '../../tenant/management.ts';
import { ManagementFailure } from '../../tenant/management-failure.ts';
import { createPhoneProvidersApi } from '../../tenant/phone-providers-api.ts';
import type { CommandContext } from '../command.ts';

export type Read<Value> = { kind: 'read'; value: Value } | { kind: 'unread'; failure: ManagementFailure };

export type TenantLook =
  /** `missing` names what is not set. */
  | { kind: 'not_set_up'; missing: string }
  | { kind: 'problem'; message: string }
  | {
      kind: 'found';
      domain: string;
      connections: Read<SmsConnection[]>;
      /** The tenant's phone provider, and the Action of its trigger. */
      phone: Read<FoundState>;
    };

type Options = Pick<CommandContext, 'env' | 'dialogue'> & { now: () => number };

/** Reads the parts of a tenant that concern the gateway, if the environment names the tenant. Never prompts. */
export async function lookAtTenant({ env, dialogue, now }: Options): Promise<TenantLook> {
  const missing = missingVariables(env);
  if (missing !== undefined) return { kind: 'not_set_up', missing };
  const found = await findTenant({
    env,
    domain: undefined,
    clientId: undefined,
    dialogue: { ...dialogue, isInteractive: false },
  });
  if (found.kind === 'problem') return found;
  const client = createManagementClient(found.tenant);
  const apis = {
    actions: createActionsApi(client, { now }),
    providers: createPhoneProvidersApi(client, { now }),
  };
  const [connections, phone] = await Promise.all([
    read(() => createConnectionsApi(client, { now }).list()),
    read(() => readActionState(apis, 'custom-phone-provider', '')),
  ]);
  return { kind: 'found', domain: found.tenant.domain, connections, phone };
}

/** The code of the Action in this version. */
export function ownActionCode(): Promise<string> {
  return readFile(actionFile('custom-phone-provider'), 'utf8');
}

function missingVariables(env: NodeJS.ProcessEnv): string | undefined {
  const isSet = (name: string) => Boolean(env[name] || env[`${name}_FILE`]);
  const hasCredentials =
    isSet('AUTH0_API_TOKEN') || (Boolean(env['AUTH0_CLIENT_ID']) && isSet('AUTH0_CLIENT_SECRET'));
  const missing = [
    ...(env['AUTH0_DOMAIN'] ? [] : ['AUTH0_DOMAIN']),
    ...(hasCredentials ? [] : ['AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or AUTH0_API_TOKEN)']),
  ];
  return missing.length === 0 ? undefined : missing.join(', ');
}

async function read<Value>(work: () => Promise<Value>): Promise<Read<Value>> {
  try {
    return { kind: 'read', value: await work() };
  } catch (error) {
    if (error instanceof ManagementFailure) return { kind: 'unread', failure: error };
    throw error;
  }
}
