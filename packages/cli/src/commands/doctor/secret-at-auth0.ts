import type { ConnectionOptions } from '../../tenant/connection-options.ts';
import type { TenantLook } from './look-at-tenant.ts';

/**
 * The index of the gateway's secret with which the tenant's connection to this URL signs. Undefined if it cannot be
 * known: an Action's secrets cannot be read.
 */
export function secretAtAuth0(
  tenant: TenantLook,
  url: string,
  secrets: readonly Uint8Array[],
): number | undefined {
  if (tenant.kind !== 'found' || tenant.connections.kind !== 'read') return undefined;
  const options = tenant.connections.value
    .map((connection) => connection.options)
    .find((candidate) => candidate?.['gateway_url'] === url);
  const key = options && signingKey(options);
  const index = key === undefined ? -1 : secrets.findIndex((secret) => key.equals(secret));
  return index === -1 ? undefined : index;
}

function signingKey({ gateway_authentication: authentication }: ConnectionOptions): Buffer | undefined {
  if (typeof authentication !== 'object' || authentication === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(authentication));
  const secret = fields.get('secret');
  if (typeof secret !== 'string') return undefined;
  return Buffer.from(secret, fields.get('secret_base64_encoded') === true ? 'base64url' : 'utf8');
}
