import { readFileSync } from 'node:fs';
import type { Dialogue } from '../commands/dialogue.ts';
import type { ManagementCredentials } from './management.ts';

export type Tenant = { domain: string; credentials: ManagementCredentials };
export type FoundTenant = { kind: 'found'; tenant: Tenant } | { kind: 'problem'; message: string };

type Options = {
  env: NodeJS.ProcessEnv;
  /** Override AUTH0_DOMAIN and AUTH0_CLIENT_ID, which are not secret. */
  domain: string | undefined;
  clientId: string | undefined;
  dialogue: Dialogue;
};

const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/i;

/**
 * The tenant and the credentials for its Management API: AUTH0_API_TOKEN, or AUTH0_CLIENT_ID with AUTH0_CLIENT_SECRET, the
 * names that Auth0's Terraform provider uses. Secrets may come as NAME_FILE, or from a prompt if there is a terminal.
 */
export async function findTenant({ env, domain, clientId, dialogue }: Options): Promise<FoundTenant> {
  const problem = (message: string): FoundTenant => ({ kind: 'problem', message });
  const given = (domain ?? env['AUTH0_DOMAIN'] ?? '').trim().replace(/^https:\/\/([^/]+)\/?$/i, '$1');
  if (given === '') return problem('Which tenant? Set AUTH0_DOMAIN, or add --domain TENANT.eu.auth0.com.');
  if (!DOMAIN.test(given)) return problem('AUTH0_DOMAIN must be a host name, such as TENANT.eu.auth0.com.');

  const token = secretOf(env, 'AUTH0_API_TOKEN');
  if (token.kind === 'problem') return token;
  if (token.value !== undefined) {
    return { kind: 'found', tenant: { domain: given, credentials: { kind: 'token', token: token.value } } };
  }
  const id = clientId ?? (env['AUTH0_CLIENT_ID'] || undefined);
  const clientSecret = secretOf(env, 'AUTH0_CLIENT_SECRET');
  if (clientSecret.kind === 'problem') return clientSecret;
  if (id !== undefined && clientSecret.value !== undefined) {
    const credentials = { kind: 'client' as const, clientId: id, clientSecret: clientSecret.value };
    return { kind: 'found', tenant: { domain: given, credentials } };
  }
  if (!dialogue.isInteractive) {
    return problem(
      'No credentials for the Management API: set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of a machine-to-machine application, or AUTH0_API_TOKEN.',
    );
  }
  if (id !== undefined) {
    const asked = await dialogue.askSecret(`Client secret of ${id} (not shown):`);
    return {
      kind: 'found',
      tenant: { domain: given, credentials: { kind: 'client', clientId: id, clientSecret: asked } },
    };
  }
  const asked = await dialogue.askSecret('Token for the Management API (not shown):');
  return { kind: 'found', tenant: { domain: given, credentials: { kind: 'token', token: asked } } };
}

type FoundSecret = { kind: 'value'; value: string | undefined } | { kind: 'problem'; message: string };

function secretOf(env: NodeJS.ProcessEnv, name: string): FoundSecret {
  const value = env[name]?.trim() || undefined;
  const file = env[`${name}_FILE`]?.trim() || undefined;
  if (file === undefined) return { kind: 'value', value };
  if (value !== undefined) {
    return { kind: 'problem', message: `${name} and ${name}_FILE are both set: remove one of them.` };
  }
  try {
    return { kind: 'value', value: readFileSync(file, 'utf8').trim() || undefined };
  } catch {
    return { kind: 'problem', message: `${name}_FILE names a file that cannot be read.` };
  }
}
